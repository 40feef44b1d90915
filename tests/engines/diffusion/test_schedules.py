from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from math import asin, pi, sin

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from approx_build.engines.diffusion import schedules
from approx_build.engines.diffusion.level import CLEAN, NOISE, Level
from approx_build.engines.diffusion.schedules import Schedule
from approx_build.errors import ModelError
from tests.dispatch import assert_same_bits
from tests.oracles.packages import k_diffusion, v_diffusion

MAKERS: dict[str, Callable[[int], Schedule]] = {
    "crash": schedules.crash,
    "linear": schedules.linear,
    "log": schedules.log,
    "karras": lambda steps: schedules.karras(steps, 0.01, 80),
    "polyexponential": lambda steps: schedules.polyexponential(steps, 0.01, 100, 1.2),
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize("steps", [1, 2, 7, 200])
def test_a_schedule_falls_to_clean_sound_in_so_many_steps(
    make: Callable[[int], Schedule], steps: int
) -> None:
    schedule = make(steps)
    assert len(schedule) == steps + 1
    assert schedule[-1] == CLEAN
    assert all(after.time < now.time for now, after in pairwise(schedule))


def test_crash_and_linear_begin_at_noise_alone() -> None:
    assert schedules.crash(5)[0] == schedules.linear(5)[0] == NOISE
    assert schedules.log(5)[0].alpha > 0


@given(st.floats(0, 1))
def test_crash_makes_sigma_the_square_of_a_sine(place: float) -> None:
    time = schedules.crash_time(place)
    sigma = sin(place * pi / 2) ** 2
    assert sin(time * pi / 2) == pytest.approx(sigma, abs=1e-15)
    assert time == pytest.approx(asin(min(1, sigma)) * 2 / pi, abs=1e-7)


def test_crash_is_that_of_diffusers() -> None:
    from tests.oracles.packages import diffusers_ipndm

    theirs = diffusers_ipndm()(50).timesteps.numpy()
    ours = [level.time for level in schedules.crash(50)[:-1]]
    np.testing.assert_allclose(ours, theirs, atol=2e-4)  # their sigma^2 has 24 bits
    np.testing.assert_allclose(ours[5:], theirs[5:], atol=1e-6)


def test_log_is_that_of_v_diffusion() -> None:
    places = torch.linspace(1, 0, 20, dtype=torch.float64)
    theirs = v_diffusion().utils.get_log_schedule(places).numpy()
    ours = [level.time for level in schedules.log(20)[:-1]]
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)


@pytest.mark.parametrize("rho", [1.0, 7.0])
def test_karras_and_polyexponential_are_those_of_k_diffusion(rho: float) -> None:
    theirs = k_diffusion()
    for ours, other in (
        (schedules.karras, theirs.get_sigmas_karras),
        (schedules.polyexponential, theirs.get_sigmas_polyexponential),
    ):
        ratios = [level.ratio for level in ours(30, 0.01, 80.0, rho)]
        np.testing.assert_allclose(ratios, other(30, 0.01, 80.0, rho).numpy(), rtol=3e-4)


def test_a_part_begins_at_the_level_asked_for() -> None:
    whole, start = schedules.crash(10), Level.at_time(0.3)
    part = schedules.from_level(whole, start)
    assert part[0] == start
    assert part[1:] == tuple(level for level in whole if level.time < 0.3)
    assert schedules.from_level(whole, NOISE) == whole
    loud = schedules.karras(10, 0.01, 80)
    assert schedules.from_level(loud, NOISE) == loud


def test_schedules_that_cannot_be_are_refused() -> None:
    with pytest.raises(ModelError, match="steps: 0; must be at least 1"):
        schedules.crash(0)
    with pytest.raises(ModelError, match="must fall, and end above 0"):
        schedules.karras(10, 1.0, 0.5)
    with pytest.raises(ModelError, match="too many: their levels are equal"):
        schedules.polyexponential(10, 1e-3, 1e-3 * (1 + 1e-16 * 3))


def test_bits_do_not_depend_on_the_instruction_set() -> None:
    assert_same_bits(
        "from approx_build.engines.diffusion import schedules as s\n"
        "print(s.crash(40), s.log(9), s.karras(20, .01, 80), s.polyexponential(20, .01, 80))"
    )
