import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from approx_build.audio.clip import Clip
from approx_build.errors import OpError
from approx_build.ops.repeat import Repeat
from tests.ops.cases import RATE, STREAM, music

ONES = Clip(np.ones((1, 1000)), RATE)


def repeated(clip=ONES, **parameters):
    return Repeat(**parameters).apply([clip], STREAM).data


def test_twice_when_nothing_is_reported():
    assert repeated(window="none").shape == (1, 2000)


def test_no_window_repeats_the_clip_as_it_is():
    clip = music(2)
    assert (repeated(clip, times=3, window="none") == np.tile(clip.data, 3)).all()


def test_crossfades_keep_a_steady_sound_steady():
    assert np.abs(repeated(times=5) - 1).max() < 1e-6


def test_every_join_shortens_the_whole_by_its_overlap():
    assert repeated(times=5, fade_ms=10).shape == (1, 5 * 1000 - 4 * 80)


def test_the_first_beginning_and_the_last_end_stay():
    clip = music()
    result = repeated(clip, times=2)
    assert (result[:, :2000] == clip.data[:, :2000]).all()
    assert (result[:, -2000:] == clip.data[:, -2000:]).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(200, 3000), st.integers(1, 12), st.floats(0.1, 400))
def test_length_is_exact_for_every_overlap(length, times, fade_ms):
    op = Repeat(times=times, fade_ms=fade_ms)
    clip = Clip(np.ones((1, length)), RATE)
    result = op.apply([clip], STREAM)
    assert result.length == round(op.length([clip.length_s]) * RATE)
    assert np.abs(result.data - 1).max() < 1e-6


def test_a_length_cuts_the_last_repetition_and_fades_it():
    result = repeated(length_s=0.3)
    assert result.shape == (1, 2400)
    assert np.abs(result[0, :-40] - 1).max() < 1e-6
    assert (np.diff(result[0, -40:]) < 0).all()


def test_a_length_shorter_than_the_clip_cuts_it():
    assert repeated(length_s=0.05).shape == (1, 400)


def test_both_ways_to_say_how_much_are_refused():
    with pytest.raises(ValidationError, match="times and length_s are given; give one of them"):
        Repeat(times=2, length_s=1)


def test_a_clip_that_would_be_a_tone_is_refused():
    with pytest.raises(OpError, match="a clip of 10 samples is too short; use hold"):
        repeated(Clip(np.ones((1, 10)), RATE))


def test_more_than_an_hour_is_refused():
    with pytest.raises(OpError, match="at most an hour"):
        repeated(times=100_000)
