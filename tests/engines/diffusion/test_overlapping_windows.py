from __future__ import annotations

import numpy as np
import pytest

from approx_build.engines.diffusion import schedules
from approx_build.engines.diffusion.overlapping_windows import starts, windowed
from approx_build.engines.diffusion.parameterisation import Sound
from approx_build.engines.diffusion.samplers.registry import SAMPLERS
from approx_build.engines.diffusion.solver import Solver
from tests.engines.diffusion.networks import correlated, noise, streams, wavy


@pytest.mark.parametrize(
    ("length", "expected"),
    [(16, [0]), (17, [0, 1]), (24, [0, 8]), (25, [0, 8, 9]), (32, [0, 8, 16])],
)
def test_windows_overlap_by_half_and_end_with_the_sound(length: int, expected: list[int]) -> None:
    assert starts(length, 16) == expected


def test_a_window_is_asked_as_it_is() -> None:
    x = noise(2, 1, 16)
    np.testing.assert_array_equal(windowed(wavy, 16)(x, 0.3), wavy(x, 0.3))


def test_windows_that_agree_say_what_each_says() -> None:
    """A network that looks at each sample alone says the same in every window."""
    x = noise(2, 2, 43)
    np.testing.assert_allclose(windowed(wavy, 16)(x, 0.3), wavy(x, 0.3), rtol=1e-6)


def test_between_two_windows_what_they_say_is_faded() -> None:
    def by_start(x: Sound, time: float) -> Sound:
        """Windows that begin with 0 say 0, others 1."""
        return np.broadcast_to((x[..., :1] > 0).astype(np.float32), x.shape)

    predicted = windowed(by_start, 16)(np.arange(24, dtype=np.float32)[None, None], 0.3)[0, 0]
    assert (predicted[:8] == 0).all()
    assert (predicted[16:] == 1).all()
    assert (np.diff(predicted[7:17]) > 0).all()


def test_windows_all_hear_as_many_samples() -> None:
    heard: list[tuple[int, ...]] = []

    def listening(x: Sound, time: float) -> Sound:
        heard.append(x.shape)
        assert x.flags.c_contiguous
        return x

    windowed(listening, 16)(noise(2, 1, 41), 0.3)
    assert heard == [(2, 1, 16)] * 5


def test_an_item_depends_on_no_other() -> None:
    x = noise(3, 1, 41)
    whole = windowed(wavy, 16)(x, 0.3)
    for index in range(3):
        alone = windowed(wavy, 16)(x[index : index + 1], 0.3)
        np.testing.assert_array_equal(alone, whole[index : index + 1])


def test_long_sound_has_the_statistics_of_windows_also_where_they_meet() -> None:
    """Neighbours correlate by 0.9 inside windows, and do so across their ends."""
    places = np.arange(16)
    network = correlated(0.9 ** np.abs(places[:, None] - places[None]))
    solver = Solver(windowed(network, 16), SAMPLERS["ddim"], schedules.crash(30))
    window, sound = (
        solver.generate(streams(400), 1, length)[:, 0].astype(np.float64) for length in (16, 48)
    )
    assert np.abs(sound.mean()) < 0.1
    power = sound.var(axis=0)
    assert 0.85 < power.mean() / window.var(axis=0).mean() < 1.02
    np.testing.assert_allclose(power / power.mean(), 1.0, atol=0.25)
    neighbours = (sound[:, 1:] * sound[:, :-1]).mean(axis=0)
    np.testing.assert_allclose(neighbours / power[1:], 0.9, atol=0.1)
