from __future__ import annotations

import numpy as np
import pytest

from approx_build.corpus.strokes import Onsets
from approx_build.numerics.stream import Stream

RATE = 8000
SIZE = 1000


def strokes(*places: int, length: int = 2 * RATE) -> np.ndarray:
    """Bursts of noise that begin at these samples and decay [1, T]."""
    noise, sound = Stream.named("strokes").uniforms(length) - 0.5, np.zeros(length)
    for place in places:
        sound[place:] += noise[: length - place] * np.exp(-np.arange(length - place) / 300)
    return sound[None].astype(np.float32)


def test_windows_begin_a_little_before_onsets() -> None:
    found = Onsets(lead_s=0.01).starts(strokes(2000, 6003, 11_000), RATE, SIZE)
    np.testing.assert_allclose(found, [1920, 5923, 10_920], atol=3)


def test_a_window_never_begins_before_the_sound_nor_leaves_it() -> None:
    found = Onsets(lead_s=0.5).starts(strokes(900, 9000, 15_500), RATE, SIZE)
    np.testing.assert_allclose(found, [0, 5000, 11_500], atol=3)
    last = Onsets(lead_s=0).starts(strokes(900, 15_500), RATE, SIZE)
    assert len(last) == 1, "the last stroke is nearer to the end than a window"


def test_strokes_that_others_follow_soon_can_be_left_out() -> None:
    sound = strokes(1000, 3000, 5000, 13_000)
    assert len(Onsets().starts(sound, RATE, SIZE)) == 4
    found = Onsets(alone_s=0.5, lead_s=0).starts(sound, RATE, SIZE)
    np.testing.assert_allclose(found, [5000, 13_000], atol=3)


def test_near_onsets_count_once() -> None:
    sound = strokes(1000, 1800, 9000)
    assert len(Onsets(apart_s=0.05).starts(sound, RATE, SIZE)) == 3
    assert len(Onsets(apart_s=0.2).starts(sound, RATE, SIZE)) == 2


@pytest.mark.parametrize("length", [0, 10, 5000])
def test_silence_has_no_strokes(length: int) -> None:
    assert Onsets().starts(np.zeros((2, length), np.float32), RATE, SIZE) == ()
