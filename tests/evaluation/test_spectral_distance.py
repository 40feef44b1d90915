"""Distances between sets of sounds: laws of a distance, and what gain and colour do."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approx_build.evaluation.spectral_distance import Mono, Spectra, distance, powers
from approx_build.numerics.stream import Stream, stream_key

RATE = 8000
TOLERANCE_DB = 0.01

seeds = st.integers(0, 1000)


def noise(seed: int, length: int = 6000, gain: float = 0.2) -> Mono:
    drawn = Stream(stream_key("noise", seed)).uniforms(length)
    return (gain * (2 * drawn - 1)).astype(np.float32)


def tone(hz: float, length: int = 6000) -> Mono:
    return (0.3 * np.sin(2 * np.pi * hz * np.arange(length) / RATE)).astype(np.float32)


def between(one: list[Mono], other: list[Mono]) -> tuple[float, ...]:
    return astuple(distance(Spectra.of(one), Spectra.of(other)))


@settings(max_examples=10, deadline=None)
@given(seeds, st.sampled_from([200.0, 700.0, 1900.0]))
def test_equal_sets_are_nowhere_apart_in_any_order_and_number(seed: int, hz: float) -> None:
    one = [noise(seed), tone(hz), noise(seed + 1, 900)]
    assert between(one, one) == (0, 0, 0, 0)
    assert between(one, one[::-1]) == pytest.approx((0, 0, 0, 0), abs=1e-5)
    # Quantiles between two frames are not those between four; means are.
    assert between(one, one + one) == pytest.approx((0, 0, 0, 0), abs=0.3)


@settings(max_examples=10, deadline=None)
@given(seeds, seeds, st.sampled_from([200.0, 700.0, 1900.0]))
def test_it_is_as_far_there_as_back(one: int, other: int, hz: float) -> None:
    there, back = [noise(one), tone(hz)], [noise(other)]
    assert between(there, back) == pytest.approx(between(back, there))
    assert min(between(there, back)) > 0


@settings(max_examples=10, deadline=None)
@given(seeds, st.floats(-20, 6))
def test_gain_is_distance_but_no_colour(seed: int, gain_db: float) -> None:
    ratio = 10 ** (gain_db / 20)
    sound = noise(seed)
    found = distance(Spectra.of([sound]), Spectra.of([(sound * ratio).astype(np.float32)]))
    assert found.log_spectral_db == pytest.approx(abs(gain_db), abs=TOLERANCE_DB)
    assert found.levels_db == pytest.approx(abs(gain_db), abs=TOLERANCE_DB)
    assert found.colour_db == pytest.approx(0, abs=TOLERANCE_DB)
    assert found.convergence == pytest.approx(2 * abs(1 - ratio) / (1 + ratio), abs=1e-3)


def test_another_moment_is_near_and_another_sound_is_far() -> None:
    ours = [noise(1), tone(440)]
    later = [np.roll(noise(1), 1234), np.roll(tone(440), 777)]
    assert max(between(ours, later)[:3]) < 1
    assert min(between(ours, [noise(2), tone(700)])[:3]) > 2


def test_a_set_that_mixes_loud_and_soft_is_not_one_of_the_same_mean() -> None:
    """What mean spectra do not see, the distributions of levels do."""
    loud, soft = noise(1, gain=0.28), noise(2, gain=0.028)
    even = [noise(3, 12_000, gain=0.2)]
    found = distance(Spectra.of([loud, soft]), Spectra.of(even))
    assert found.log_spectral_db < 2
    assert found.levels_db > 5


def test_a_sine_of_full_scale_reads_one() -> None:
    sine = np.sin(2 * np.pi * 1000 * np.arange(8000) / RATE).astype(np.float32)
    assert powers([sine], 1024).max() == pytest.approx(1, rel=1e-3)


def test_silence_and_sounds_shorter_than_a_window_are_sounds_too() -> None:
    short = noise(1, 100)
    assert between([short], [short]) == (0, 0, 0, 0)
    assert np.isfinite(between([np.zeros(50, np.float32)], [short])).all()


def test_an_empty_set_is_refused() -> None:
    with pytest.raises(ValueError, match="no sounds"):
        Spectra.of([])
