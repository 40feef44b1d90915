import numpy as np
import pytest
from pydantic import ValidationError

from approx_build.audio.glide import speed
from approx_build.ops.repitch import Repitch
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


GLIDE = [[0, -12], [0.5, 12]]


def test_a_pitch_may_glide():
    op = Repitch.model_validate({"semitones": GLIDE})
    made = op.apply([tone(300, 2.0)], STREAM)
    assert made.length == round(op.length([2.0]) * RATE)
    early, late = made.data[0, :600], made.data[0, -4000:]
    assert frequency(early) < 220
    assert abs(frequency(late) - 600) < 2


@pytest.mark.parametrize(
    ("semitones", "message"),
    [
        ([], "at least 1 item"),
        ([[0, 1], [2, 49]], "less than or equal to 48"),
        ([[-1, 1]], "greater than or equal to 0"),
        ([[0, 1, 2]], "at most 2 items"),
        ([[1, 0], [0.5, 2]], r"times run backwards \(0.5 s after 1 s\)"),
        ("high", "valid number"),
        ([[0, "high"]], "valid number"),
    ],
)
def test_a_curve_that_is_none_is_refused(semitones, message):
    with pytest.raises(ValidationError, match=message):
        Repitch.model_validate({"semitones": semitones})


def test_a_curve_is_written_as_it_was_read():
    op = Repitch.model_validate({"semitones": GLIDE})
    assert op.model_dump(mode="json")["semitones"] == GLIDE
    assert Repitch.model_validate(op.model_dump(mode="json")) == op
