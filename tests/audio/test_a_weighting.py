"""The loudness of frames: closed forms of sines, and librosa's curve."""

from __future__ import annotations

import librosa
import numpy as np
import pytest

from approx_build.audio.a_weighting import LEAST_DB, a_weights_db, loudness_db
from tests.dispatch import assert_same_bits

RATE = 16_000


def sine(hz: float, amplitude: float = 1.0) -> np.ndarray:
    times = np.arange(RATE) / RATE
    return (amplitude * np.sin(2 * np.pi * hz * times)).astype(np.float32)


def middle(sound: np.ndarray, size: int = 512) -> float:
    return float(loudness_db(sound, RATE, 64, 200, size)[100])


def test_the_curve_is_librosas_and_0_db_at_1_khz() -> None:
    hz = np.array([31.5, 100.0, 440.0, 1000.0, 4000.0, 15_000.0])
    assert np.abs(a_weights_db(hz) - librosa.A_weighting(hz, min_db=None)).max() < 1e-4
    assert abs(a_weights_db(np.array([1000.0]))[0]) < 0.01


@pytest.mark.parametrize("size", [256, 512, 2048])
def test_a_full_scale_sine_of_1_khz_is_0_db_at_any_size(size: int) -> None:
    assert abs(middle(sine(1000), size)) < 0.05


def test_twice_the_amplitude_is_6_db_more_and_silence_the_least() -> None:
    assert abs(middle(sine(700, 0.5)) - middle(sine(700, 0.25)) - 6.0206) < 1e-3
    assert middle(np.zeros(RATE, np.float32)) == LEAST_DB


def test_a_low_sine_is_softer_by_the_curve() -> None:
    expected = float(a_weights_db(np.array([200.0]))[0])
    assert abs(middle(sine(200), 2048) - expected) < 0.2


def test_frames_beyond_the_sound_are_silent_and_none_depends_on_how_many_there_are() -> None:
    many = loudness_db(sine(500), RATE, 64, 700, 512)
    assert (many[270:] == LEAST_DB).all()
    np.testing.assert_array_equal(loudness_db(sine(500), RATE, 64, 60, 512), many[:60])


def test_the_bits_are_the_same_on_a_capped_processor() -> None:
    assert_same_bits(
        "import hashlib, numpy as np\n"
        "from approx_build.audio.a_weighting import loudness_db\n"
        "x = np.random.Generator(np.random.Philox(1)).random(9000).astype('f4') - 0.5\n"
        "found = loudness_db(x.astype('f4'), 16000, 64, 140, 512)\n"
        "print(hashlib.sha256(found.tobytes()).hexdigest())\n"
    )
