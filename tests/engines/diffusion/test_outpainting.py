from __future__ import annotations

import numpy as np
import pytest

from approx_build.engines.diffusion import schedules
from approx_build.engines.diffusion.inpainting import Resampling
from approx_build.engines.diffusion.outpainting import extend, windows
from approx_build.engines.diffusion.parameterisation import Sound
from approx_build.engines.diffusion.samplers.registry import SAMPLERS
from approx_build.engines.diffusion.solver import Solver
from tests.engines.diffusion.networks import correlated, noise, one_sound, streams, wavy

WINDOW = 16
NOTHING = np.zeros((2, 1, 0), np.float32)
SOLVER = Solver(wavy, SAMPLERS["ddim"], schedules.crash(6))
ONCE = Resampling(1, 10)


@pytest.mark.parametrize(
    ("begun", "length", "count"),
    [(0, 16, 1), (0, 1, 1), (0, 17, 2), (0, 24, 2), (0, 25, 3), (8, 8, 1), (3, 13, 1), (3, 14, 2)],
)
def test_windows_overlap_by_half(begun: int, length: int, count: int) -> None:
    assert windows(begun, length, WINDOW) == count


@pytest.mark.parametrize(
    ("begun", "length", "count"),
    [(0, 1000, 1), (0, 1001, 2), (0, 1512, 2), (0, 1513, 3), (9, 1003, 1), (999, 512, 1)],
)
def test_margins_are_discarded(begun: int, length: int, count: int) -> None:
    assert windows(begun, length, 1024) == count


def test_a_network_that_makes_clicks_at_the_ends_of_windows_makes_none_inside() -> None:
    """Sound is 0, but for the first and last samples of windows."""
    window, clicks = 1024, np.zeros(1024, np.float32)
    clicks[[0, 1, 2, 3, -4, -3, -2, -1]] = 1
    solver = Solver(one_sound(clicks[np.newaxis]), SAMPLERS["ddim"], schedules.crash(6))
    for begun in (0, 300, 2000):
        known = np.zeros((2, 1, begun), np.float32)
        found = extend(solver, known, 3000, window, streams(2), ONCE)
        assert found.shape == (2, 1, 3000)
        assert np.abs(found).max() < 1e-4


def test_one_window_is_what_is_generated() -> None:
    found = extend(SOLVER, NOTHING, 11, WINDOW, streams(2), ONCE)
    own = [stream.child("window", 0) for stream in streams(2)]
    np.testing.assert_array_equal(found, SOLVER.generate(own, 1, WINDOW)[..., :11])


def test_more_of_a_sound_begins_as_less_of_it_does() -> None:
    longer = extend(SOLVER, NOTHING, 60, WINDOW, streams(2), ONCE)
    assert longer.shape == (2, 1, 60)
    for length in (5, 16, 30):
        shorter = extend(SOLVER, NOTHING, length, WINDOW, streams(2), ONCE)
        np.testing.assert_array_equal(shorter, longer[..., :length])


def test_it_continues_from_what_is_known() -> None:
    """The network is asked about windows that begin with the known sound."""
    known = noise(2, 1, 30, name="known")
    heard: list[Sound] = []

    def listening(x: Sound, time: float) -> Sound:
        heard.append(x)
        return wavy(x, time)

    solver = Solver(listening, SAMPLERS["ddim"], schedules.crash(40))
    extend(solver, known, 8, WINDOW, streams(2), ONCE)
    assert len(heard) == 40
    np.testing.assert_allclose(heard[-1][..., :8], known[..., -8:], atol=0.01)


def test_an_item_depends_on_no_other() -> None:
    together = extend(SOLVER, NOTHING, 40, WINDOW, streams(2), Resampling(2, 3))
    for index, stream in enumerate(streams(2)):
        alone = extend(SOLVER, NOTHING[:1], 40, WINDOW, [stream], Resampling(2, 3))
        np.testing.assert_array_equal(alone[0], together[index])


def test_progress_counts_all_windows() -> None:
    told: list[tuple[int, int]] = []
    extend(SOLVER, NOTHING, 30, WINDOW, streams(2), Resampling(2, 3), lambda *n: told.append(n))
    total = 6 + 2 * 12
    assert told == [(step, total) for step in range(1, total + 1)]


def test_no_seam_is_heard() -> None:
    """Sound that wanders smoothly wanders on over the seams, as strong and no rougher."""
    at = np.arange(WINDOW)
    covariance = 0.9 ** np.abs(at[:, None] - at[None])
    solver = Solver(correlated(covariance), SAMPLERS["iplms"], schedules.crash(30))
    nothing = np.zeros((1, 1000, 0), np.float32)  # each channel a case of its own
    sound = extend(solver, nothing, 40, WINDOW, streams(1), Resampling(10, 5))[0]
    steps = np.diff(sound, axis=1).std(axis=0)
    seams = [15, 23, 31]
    elsewhere = np.delete(steps, seams).mean()
    assert np.abs(steps[seams] / elsewhere - 1).max() < 0.25
    np.testing.assert_allclose(sound.std(axis=0), 1, atol=0.2)
