from __future__ import annotations

import numpy as np
import pytest

from approx_build.engines.diffusion import schedules
from approx_build.engines.diffusion.crossfade import Joins
from approx_build.engines.diffusion.inpainting import (
    Resampling,
    inpaint,
    noised_again,
    with_known_part,
)
from approx_build.engines.diffusion.level import CLEAN, NOISE, Level
from approx_build.engines.diffusion.parameterisation import Denoiser
from approx_build.engines.diffusion.samplers.base import Sampler
from approx_build.engines.diffusion.samplers.registry import SAMPLERS
from approx_build.engines.diffusion.solver import Solver
from approx_build.errors import ModelError
from tests.engines.diffusion.networks import correlated, noise, one_sound, streams, wavy
from tests.engines.diffusion.test_solver import schedule_for

KNOWN = noise(2, 1, 40, name="known")
IS_KNOWN = np.arange(40) < 25


@pytest.mark.parametrize("sampler", SAMPLERS.values(), ids=SAMPLERS)
def test_what_is_known_stays_and_what_is_missing_is_made(sampler: type[Sampler]) -> None:
    whole = noise(1, 40, name="whole")
    known = np.where(IS_KNOWN, whole, np.nan).astype(np.float32)[np.newaxis]
    solver = Solver(one_sound(whole), sampler, schedule_for(sampler, 12))
    found = inpaint(solver, known, IS_KNOWN, streams(1), Resampling(2, 5))
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found[0, :, IS_KNOWN], whole[:, IS_KNOWN].T)
    np.testing.assert_allclose(found[0], whole, atol=1e-4)


def test_masks_may_differ_by_channel_and_item() -> None:
    solver = Solver(wavy, SAMPLERS["ddim"], schedules.crash(5))
    for shape in ((2, 40), (3, 2, 40)):
        mask = noise(*shape, name="mask") > 0
        known = noise(3, 2, 40)
        found = inpaint(solver, known, mask, streams(3), Resampling(1, 5))
        held = np.broadcast_to(mask, known.shape)
        np.testing.assert_array_equal(found[held], known[held])


def test_an_item_depends_on_no_other() -> None:
    solver = Solver(wavy, SAMPLERS["dpmpp-2m-sde"], schedules.karras(6, 0.01, 80))
    together = inpaint(solver, KNOWN, IS_KNOWN, streams(2), Resampling(2, 3))
    for index, stream in enumerate(streams(2)):
        one = inpaint(solver, KNOWN[index : index + 1], IS_KNOWN, [stream], Resampling(2, 3))
        np.testing.assert_array_equal(one[0], together[index])


def test_the_network_is_taken_to_have_heard_what_is_known() -> None:
    level = Level.at_time(0.4)
    x = noise(2, 1, 40)
    parts = Denoiser(with_known_part(wavy, KNOWN, IS_KNOWN)).parts(x, level)
    free = Denoiser(wavy).parts(x, level)
    np.testing.assert_allclose(parts.sound[..., IS_KNOWN], KNOWN[..., IS_KNOWN], atol=1e-5)
    joins = Joins(KNOWN, IS_KNOWN)
    np.testing.assert_allclose(parts.sound, joins.joined(free.sound), atol=1e-5)
    np.testing.assert_allclose(parts.at(level), x, atol=1e-5)


def test_resampling_brings_what_is_made_nearer_to_what_is_known() -> None:
    """Of two samples that correlate by 0.9 the second is missing: it must be 0.9 of the first."""
    network = correlated(np.array([[1, 0.9], [0.9, 1]]))
    solver = Solver(network, SAMPLERS["iplms"], schedules.crash(30))
    known = np.zeros((1, 2000, 2), np.float32)  # each channel a case of its own
    known[0, :, 0] = noise(2000, name="first")
    slopes = []
    for times in (1, 10):
        mask, each = np.array([True, False]), Resampling(times, 5)
        found = inpaint(solver, known, mask, streams(1), each)[0]
        slopes.append(np.corrcoef(found[:, 0], found[:, 1])[0, 1])
    assert slopes[0] < slopes[1]
    assert slopes[1] == pytest.approx(0.9, abs=0.06)


def test_noise_put_back_makes_the_level_what_it_was() -> None:
    sound, drawn = noise(1, 1, 20000, name="sound"), noise(1, 1, 20000)
    again = noised_again(sound, CLEAN, Level.at_time(0.6), drawn)
    np.testing.assert_allclose(again.std(), 1, atol=0.02)
    np.testing.assert_array_equal(noised_again(sound, Level.at_time(0.5), NOISE, drawn), drawn)


def test_steps_are_gone_in_pieces() -> None:
    schedule = schedules.crash(12)
    blocks = Resampling(3, 5).blocks(schedule)
    assert [len(block) - 1 for block in blocks] == [5, 5, 2]
    assert blocks[0][-1] == blocks[1][0]
    told: list[tuple[int, int]] = []
    inpaint(
        Solver(wavy, SAMPLERS["ddim"], schedule),
        KNOWN,
        IS_KNOWN,
        streams(2),
        Resampling(3, 5),
        lambda *now: told.append(now),
    )
    assert told == [(step, 36) for step in range(1, 37)]


@pytest.mark.parametrize("mask", [np.zeros(40, bool), np.ones(40, bool)])
def test_nothing_known_or_nothing_missing_is_refused(mask: np.ndarray) -> None:
    solver = Solver(wavy, SAMPLERS["ddim"], schedules.crash(5))
    with pytest.raises(ModelError, match="something that is known and something that is missing"):
        inpaint(solver, KNOWN, mask, streams(2), Resampling())
