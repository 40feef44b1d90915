import numpy as np
import pytest

from approx_build.audio.onsets import onsets
from approx_build.numerics.stream import Stream

RATE = 8000
TOLERANCE = 3
"""Samples between a stroke and the onset found."""


def strokes(places, length=RATE):
    noise = Stream.named("strokes").uniforms(length) - 0.5
    sound = np.zeros(length)
    for place in places:
        sound[place:] += noise[: length - place] * np.exp(-np.arange(length - place) / 200)
    return sound[np.newaxis]


def test_strokes_are_found_where_they_are():
    places = [0, 1500, 3010, 5777]
    found = onsets(strokes(places), RATE, 500)
    assert len(found) == 4
    for place, onset in zip(places, found, strict=True):
        assert abs(place - onset) <= TOLERANCE


def test_a_stroke_in_one_channel_is_found():
    sound = np.concatenate([np.zeros((1, RATE)), strokes([4000])])
    assert len(onsets(sound, RATE, 500)) == 1


def test_a_steady_tone_has_no_onset_but_its_beginning():
    tone = np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)[np.newaxis]
    assert onsets(tone, RATE, 500) == [1]  # sample 0 is nothing yet


def test_onsets_keep_their_distance():
    found = onsets(strokes(range(0, RATE, 400)), RATE, 1000)
    assert min(np.diff(found)) >= 1000


@pytest.mark.parametrize("sound", [np.zeros((1, RATE)), np.zeros((2, 0)), np.ones((1, 10))])
def test_nothing_to_hear_has_no_onset(sound):
    assert onsets(sound, RATE, 500) == []
