"""Interpolation between the rates of scales."""

from __future__ import annotations

import numpy as np
import pytest

from approx_build.families.catch_a_waveform.cubic import raised, read_from
from approx_build.kernels.tensors import Floats

STEPS = [(4, 5), (1, 2), (5, 8), (320, 400), (14400, 16000)]


def up(sound: Floats, low: int, high: int, start: int, stop: int, begin: int = 0) -> Floats:
    return raised(sound, begin, low, high, start, stop)


@pytest.mark.parametrize(("low", "high"), STEPS)
def test_constants_and_ramps_and_parabolas_stay_what_they_are(low: int, high: int) -> None:
    numbers = np.arange(5, 95)
    for function in (lambda x: 0 * x + 0.25, lambda x: x / 256, lambda x: (x / 256) ** 2):
        sound = function(np.arange(100.0)).astype(np.float32)
        made = up(sound, low, high, 5, 95)
        np.testing.assert_allclose(made, function(numbers * low / high), atol=2e-7)


def test_a_rate_that_does_not_rise_is_the_sound_itself() -> None:
    sound = np.random.default_rng(0).standard_normal(50).astype(np.float32)
    np.testing.assert_array_equal(up(sound, 7, 7, 1, 48), sound[1:48])


def test_the_weights_are_those_of_keys() -> None:
    """At a half: -1/16, 9/16, 9/16, -1/16; at a quarter of the way: the cubic of a = -1/2."""
    sound = np.array([1, 0, 0, 0, 0, 0, 0, 1], np.float32)
    assert up(sound, 1, 2, 3, 4)[0] == -0.0625
    one = np.eye(4, dtype=np.float32)
    table = [float(up(row, 1, 4, 5, 6)[0]) for row in one]
    x = 0.25
    expected = [
        -0.5 * x**3 + x**2 - 0.5 * x,
        1.5 * x**3 - 2.5 * x**2 + 1,
        -1.5 * x**3 + 2 * x**2 + 0.5 * x,
        0.5 * x**3 - 0.5 * x**2,
    ]
    np.testing.assert_allclose(table, expected, rtol=1e-7)


@pytest.mark.parametrize(("low", "high"), STEPS)
def test_a_part_has_the_samples_of_the_whole(low: int, high: int) -> None:
    sound = np.random.default_rng(1).standard_normal(60_000).astype(np.float32)
    whole = up(sound, low, high, 2, 40_000)
    first, last = read_from(low, high, 33_000, 33_500)
    part = raised(sound[first:last], first, low, high, 33_000, 33_500)
    np.testing.assert_array_equal(part, whole[33_000 - 2 : 33_500 - 2])
