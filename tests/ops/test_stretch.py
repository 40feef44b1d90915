import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from approx_build.audio.clip import Clip
from approx_build.errors import OpError
from approx_build.ops.stretch import Stretch
from tests.ops.cases import RATE, STREAM, music, tone

TOLERANCE_HZ = 0.5


def stretched(clip, **parameters):
    return Stretch(**parameters).apply([clip], STREAM)


@pytest.mark.parametrize("factor", [0.5, 1.25, 3.0])
def test_a_tone_keeps_its_frequency(factor):
    samples = stretched(tone(300, 1.0), factor=factor).data[0]
    size = np.abs(np.fft.rfft(samples * np.hanning(samples.size), 1 << 18))
    assert abs(int(size.argmax()) * RATE / (1 << 18) - 300) < TOLERANCE_HZ


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 3000), st.floats(0.1, 20))
def test_length_is_exact(length, factor):
    clip = Clip(np.ones((1, length)), RATE)
    op = Stretch(factor=factor)
    expected = round(op.length([clip.length_s]) * RATE)
    if expected:
        assert op.apply([clip], STREAM).length == expected


def test_twice_as_long_when_nothing_is_reported():
    assert stretched(music()).length == 2 * music().length


def test_a_length_may_be_given_instead():
    assert stretched(music(), length_s=0.5).length == 4000


def test_no_change_of_length_changes_nothing():
    assert np.array_equal(stretched(music(), factor=1).data, music().data)


def test_attacks_may_smear():
    sharp, smeared = stretched(music()), stretched(music(), keep_attacks=False)
    assert not np.array_equal(sharp.data, smeared.data)


def test_a_factor_beyond_the_bounds_is_refused():
    with pytest.raises(ValidationError, match="less than or equal to 20"):
        Stretch(factor=21)
    with pytest.raises(OpError, match=r"0.300 s to 9.000 s is a factor of 30; between 0.1 and 20"):
        stretched(music(), length_s=9)


def test_both_ways_to_say_how_much_are_refused():
    with pytest.raises(ValidationError, match="factor and length_s are given; give one of them"):
        Stretch(factor=2, length_s=1)
