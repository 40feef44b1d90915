import numpy as np
import pytest

from approx_build.ops.repitch import Repitch, speed
from tests.ops.cases import STREAM, tone

TOLERANCE_CENTS = 0.5
RATE = 8000


def frequency(samples):
    size = np.abs(np.fft.rfft(samples * np.hanning(samples.size), 1 << 20))
    return int(size.argmax()) * RATE / (1 << 20)


@pytest.mark.parametrize("semitones", [-24, -7, -0.3, 0, 1, 12, 19])
def test_a_tone_lands_at_its_new_pitch(semitones):
    result = Repitch(semitones=semitones).apply([tone(300, 2.0)], STREAM)
    expected = 300 * 2 ** (semitones / 12)
    assert abs(1200 * np.log2(frequency(result.data[0]) / expected)) < TOLERANCE_CENTS
    assert result.length == round(16000 / 2 ** (semitones / 12))


def test_no_semitones_change_nothing():
    clip = tone(300)
    assert np.array_equal(Repitch(semitones=0).apply([clip], STREAM).data, clip.data)


def test_an_octave_is_twice_as_fast():
    assert speed(12) == 2
    assert speed(-24) == 0.25
