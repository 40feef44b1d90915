"""What sounds are like: known values of tones, noise and silence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approx_build.evaluation.descriptors import character
from approx_build.evaluation.spectral_distance import Mono
from approx_build.numerics.stream import Stream, stream_key

RATE = 8000
SILENCE = np.zeros(RATE, np.float32)


def noise(seed: int = 0, length: int = 4 * RATE) -> Mono:
    drawn = Stream(stream_key("noise", seed)).uniforms(length)
    return (drawn - 0.5).astype(np.float32)


def reed(hz: float = 220) -> Mono:
    phase = 2 * np.pi * hz * np.arange(2 * RATE) / RATE
    return (0.2 * sum(np.sin(n * phase) / n for n in range(1, 6))).astype(np.float32)


def test_a_sine_has_the_level_that_it_has() -> None:
    sine = (0.5 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)).astype(np.float32)
    found = character([sine], RATE)
    assert found.rms_dbfs == pytest.approx(-9.03, abs=0.01)
    assert found.peak_dbfs == pytest.approx(-6.02, abs=0.01)


def test_a_reed_is_periodic_and_noise_is_flat() -> None:
    tone, hiss = character([reed()], RATE), character([noise()], RATE)
    assert tone.harmonicity > 0.97
    assert hiss.harmonicity < 0.3
    # The geometric mean of an exponential distribution is e^-gamma of its mean.
    assert hiss.flatness == pytest.approx(0.561, abs=0.03)
    assert tone.flatness < 1e-3


def test_a_steady_tone_does_not_move_and_noise_does() -> None:
    assert character([reed(250)], RATE).flux_db < 1
    assert character([noise()], RATE).flux_db > 5


def test_silence_is_counted_by_its_share_and_is_like_nothing() -> None:
    assert character([np.concatenate((SILENCE, noise(length=RATE)))], RATE).silent == 0.5
    found = character([SILENCE], RATE)
    assert (found.silent, found.rms_dbfs, found.flatness, found.harmonicity) == (1, -120, 0, 0)


@settings(max_examples=8, deadline=None)
@given(st.floats(-12, 12))
def test_gain_moves_levels_alone(gain_db: float) -> None:
    sounds = [0.2 * reed(), 0.2 * noise(1)]
    louder = [(sound * 10 ** (gain_db / 20)).astype(np.float32) for sound in sounds]
    one, other = character(sounds, RATE), character(louder, RATE)
    assert other.rms_dbfs - one.rms_dbfs == pytest.approx(gain_db, abs=0.01)
    assert other.peak_dbfs - one.peak_dbfs == pytest.approx(gain_db, abs=0.01)
    assert other.harmonicity == pytest.approx(one.harmonicity, abs=1e-3)
    assert other.flatness == pytest.approx(one.flatness, rel=1e-3)


def test_the_order_of_sounds_does_not_matter() -> None:
    sounds = [reed(), noise(1), SILENCE]
    one, other = character(sounds, RATE), character(sounds[::-1], RATE)
    assert one.rms_dbfs == pytest.approx(other.rms_dbfs)
    assert (one.silent, one.flatness, one.harmonicity) == pytest.approx(
        (other.silent, other.flatness, other.harmonicity)
    )


def test_sounds_shorter_than_a_frame_are_sounds_too() -> None:
    assert character([noise(length=100)], RATE).rms_dbfs == pytest.approx(-10.8, abs=2)


def test_an_empty_set_is_refused() -> None:
    with pytest.raises(ValueError, match="no sounds"):
        character([], RATE)
