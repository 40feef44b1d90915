"""The low band of one sound beside the high band of another."""

from __future__ import annotations

import numpy as np
import pytest

from approx_build.families.catch_a_waveform.low_band import with_low_band

RATE = 16000


def sine(hertz: float) -> np.ndarray:
    return (np.sin(np.arange(RATE) * 2 * np.pi * hertz / RATE) / 3).astype(np.float32)


def amplitude(sound: np.ndarray, hertz: float) -> float:
    turn = np.exp(-2j * np.pi * hertz * np.arange(2000, 14000) / RATE)
    return float(abs((sound[2000:14000] * turn).mean()) * 2)


@pytest.mark.parametrize(
    ("hertz", "kept"), [(500, 1.0), (1000, 1.0), (1500, 1.0), (1800, 0.5), (2000, 0.0), (5000, 0.0)]
)
def test_below_the_border_is_the_given_sound_with_a_crossfade(hertz: float, kept: float) -> None:
    given, silence = sine(hertz), np.zeros(RATE, np.float32)
    assert amplitude(with_low_band(silence, given, 2000, RATE), hertz) == pytest.approx(
        kept / 3, abs=2e-3
    )
    assert amplitude(with_low_band(given, silence, 2000, RATE), hertz) == pytest.approx(
        (1 - kept) / 3, abs=2e-3
    )


def test_equal_sounds_stay_as_they_are() -> None:
    np.testing.assert_array_equal(with_low_band(sine(900), sine(900), 2000, RATE), sine(900))
