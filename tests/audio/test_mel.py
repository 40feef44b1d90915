"""Log-mel spectra: a tone stands in its band, gain is no more than a constant."""

from __future__ import annotations

import numpy as np
import pytest

from approx_build.audio.mel import BANDS, FRAMES_HZ, LOWEST_HZ, log_mel, mel_bands


def tone(hz: float, rate: int = 8000) -> np.ndarray:
    return (0.3 * np.sin(2 * np.pi * hz * np.arange(2 * rate) / rate)).astype(np.float32)


def test_there_are_as_many_frames_as_moments() -> None:
    assert log_mel(tone(440), 8000).shape == (2 * FRAMES_HZ, BANDS)
    assert log_mel(tone(440, 11_025), 11_025).shape == (2 * FRAMES_HZ, BANDS)
    assert log_mel(np.ones(3, np.float32), 8000).shape == (1, BANDS)


def test_bands_cover_all_between_their_edges() -> None:
    bands, hz = mel_bands(8000, 4096), np.fft.rfftfreq(4096, 1 / 8000)
    inner = (hz > 130) & (hz < 3600)
    assert bands[inner].sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert not bands[hz < LOWEST_HZ].any()


@pytest.mark.parametrize("rate", [8000, 11_025, 44_100])
def test_a_higher_tone_stands_in_a_higher_band(rate: int) -> None:
    loudest = [log_mel(tone(hz, rate), rate)[:60].mean(axis=0).argmax() for hz in (150, 500, 2500)]
    assert loudest == sorted(set(loudest))


def test_gain_moves_every_band_by_as_much() -> None:
    one, other = log_mel(tone(440), 8000), log_mel(tone(440) * np.float32(0.1), 8000)
    assert one - other == pytest.approx(np.log(100), abs=1e-3)
