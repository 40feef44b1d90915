from __future__ import annotations

import numpy as np
import pytest

from approx_build.engines.diffusion import schedules
from approx_build.engines.diffusion.interpolation import vary
from approx_build.engines.diffusion.samplers.registry import SAMPLERS
from approx_build.engines.diffusion.solver import Solver
from approx_build.errors import ModelError
from tests.engines.diffusion.networks import gaussian, noise, streams
from tests.engines.diffusion.test_solver import schedule_for

SOLVER = Solver(gaussian(0, 0.5), SAMPLERS["ddim"], schedules.crash(40))
SOUND = noise(2, 1, 4000, name="sound") * np.float32(0.5)


def test_at_level_0_the_sound_stays_as_it_is() -> None:
    varied = vary(SOLVER, SOUND, 0.0, streams(2))
    np.testing.assert_array_equal(varied, SOUND)
    assert varied is not SOUND


def test_at_level_1_nothing_is_left_of_it() -> None:
    varied = vary(SOLVER, SOUND, 1.0, streams(2))
    np.testing.assert_array_equal(varied, SOLVER.generate(streams(2), 1, 4000))


def test_the_higher_the_level_the_less_is_left() -> None:
    left = []
    for noise_level in (0.1, 0.3, 0.6, 0.9):
        varied = vary(SOLVER, SOUND, noise_level, streams(2))
        assert varied.std() == pytest.approx(0.5, rel=0.05)
        left.append(np.corrcoef(varied.ravel(), SOUND.ravel())[0, 1])
    assert left == sorted(left, reverse=True)
    assert left[0] > 0.85
    assert left[-1] < 0.3


@pytest.mark.parametrize("name", SAMPLERS)
def test_every_sampler_varies_at_every_level(name: str) -> None:
    solver = Solver(gaussian(0, 0.5), SAMPLERS[name], schedule_for(SAMPLERS[name], 12))
    for noise_level in (0.01, 0.5, 1.0):
        assert vary(solver, SOUND, noise_level, streams(2)).std() == pytest.approx(0.5, rel=0.15)


def test_a_lower_level_takes_fewer_steps() -> None:
    told: list[tuple[int, int]] = []
    vary(SOLVER, SOUND[:1, :, :8], 0.3, streams(1), lambda *now: told.append(now))
    assert told[-1] == (len(told), len(told))
    assert 10 < len(told) < 30


@pytest.mark.parametrize("noise_level", [-0.1, 1.5])
def test_a_level_outside_is_refused(noise_level: float) -> None:
    with pytest.raises(ModelError, match="must be from 0 to 1"):
        vary(SOLVER, SOUND, noise_level, streams(2))
