"""Log-mel spectra: how loud each band of pitch is from moment to moment, at any sample rate.

Off the path of a sample: its spectra are compared and drawn, and no sound is made of them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from approx_build.audio.spectrum import real_fft

Mono = NDArray[np.float32]

FRAMES_HZ = 40
"""Frames a second."""
BANDS = 24
LOWEST_HZ = 60.0
WINDOW_S = 0.07
"""Length of the window, before rounding up to a power of two."""
_FLOOR = 1e-3
"""Power added to every band, as a share of the sound's mean: noise 30 dB below is not heard."""
_FRAMES_AT_ONCE = 4096


def log_mel(samples: Mono, rate: int) -> Mono:
    """Log power of `samples` [T] in bands [M, BANDS]; frame m begins m / FRAMES_HZ s after it."""
    size = 1 << max(7, round(WINDOW_S * rate).bit_length())
    window = np.hanning(size).astype(np.float32)
    count = max(1, int(samples.size * FRAMES_HZ / rate))
    padded = np.concatenate((samples, np.zeros(size + rate // FRAMES_HZ, np.float32)))
    bands = mel_bands(rate, size)
    power = np.empty((count, BANDS), np.float32)
    for first in range(0, count, _FRAMES_AT_ONCE):
        at = np.arange(first, min(first + _FRAMES_AT_ONCE, count)) * rate // FRAMES_HZ
        frames = padded[at[:, None] + np.arange(size)] * window
        power[first : first + len(at)] = np.abs(real_fft(frames)) ** 2 @ bands
    return np.asarray(np.log(power + _FLOOR * max(float(power.mean()), 1e-12)))


def mel_bands(rate: int, size: int) -> Mono:
    """Triangles at equal distances in mel (O'Shaughnessy, 1987), for spectra [F] -> [F, BANDS]."""
    low, high = (2595 * np.log10(1 + hz / 700) for hz in (LOWEST_HZ, rate / 2))
    edges = 700 * (10 ** (np.linspace(low, high, BANDS + 2) / 2595) - 1)
    hz = np.fft.rfftfreq(size, 1 / rate)[:, None]
    rise = (hz - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - hz) / (edges[2:] - edges[1:-1])
    return np.asarray(np.maximum(0, np.minimum(rise, fall)), np.float32)
