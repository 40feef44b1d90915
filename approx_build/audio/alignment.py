"""Alignment: how similar two waveforms are, where one occurs in the other, and log-mel spectra.

The normalised cross-correlation without its sign (Lewis, Fast template matching, 1995): 1 for the
same waveform, regardless of gain and polarity. Sound below -60 dBFS is similar to nothing. Log-mel
spectra, the level of each band of pitch over time at any sample rate, find candidates quickly.

Off the path of a sample: it compares sounds and makes none.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from approx_build.audio.spectrum import fast_size, in_bands, inverse_real_fft, real_fft
from approx_build.numerics import portable
from approx_build.numerics.window import hann

Mono = NDArray[np.float32]

SILENT = 1e-3
"""Amplitude: a smaller root mean square counts as this, so that silence is similar to nothing."""
FRAMES_HZ = 40
"""Frames per second."""
BANDS = 24
LOWEST_HZ = 60.0
WINDOW_S = 0.07
"""Length of the window, before rounding up to a power of two."""
_FLOOR = 1e-3
"""Power added to every band, as a share of the sound's mean: noise 30 dB below it has no effect."""
_FRAMES_AT_ONCE = 4096
STEP = 2.0**-10
"""Log-mel spectra are multiples of this, so that sums of products of them can be exact."""


def similarity(one: Mono, other: Mono) -> float:
    """The correlation of two sounds [T] without any shift, 0 to 1."""
    first, second = one.astype(np.float64), other.astype(np.float64)
    quiet = SILENT**2 * one.size
    energies = max(float(np.sum(first * first)), quiet) * max(float(np.sum(second * second)), quiet)
    # Rounding can leave a correlation slightly above 1.
    return min(1.0, abs(float(np.sum(first * second))) / float(np.sqrt(energies)))


def best_place(passage: Mono, sound: Mono) -> tuple[int, float]:
    """The start in `sound` [S] at which the passage [T], T <= S, is most similar, and the
    similarity.
    """
    # A transform correlates cyclically: zeros after both sounds keep ends from meeting starts.
    size = fast_size(sound.size + passage.size)
    one, other = (real_fft(each.astype(np.float64), size) for each in (passage, sound))
    places = sound.size - passage.size + 1
    products = inverse_real_fft(other * np.conj(one), size)[:places]
    # One cumulative sum gives the energy at every place; a sum for each would be quadratic.
    total = np.concatenate(([0.0], np.cumsum(sound.astype(np.float64) ** 2)))
    quiet = SILENT**2 * passage.size
    energies = np.maximum(total[passage.size :] - total[:places], quiet)
    energy = max(float(np.sum(passage.astype(np.float64) ** 2)), quiet)
    alike = np.abs(products) / np.sqrt(energies * energy)
    place = int(alike.argmax())
    return place, min(1.0, float(alike[place]))


def log_mel(samples: Mono, rate: int) -> NDArray[np.float64]:
    """Log power of `samples` [T] in bands [M, BANDS]; frame m begins m / FRAMES_HZ s after it."""
    size = 1 << max(7, round(WINDOW_S * rate).bit_length())
    window = hann(size).astype(np.float32)
    count = max(1, int(samples.size * FRAMES_HZ / rate))
    # The last frame begins inside the sound and needs a whole window.
    padded = np.concatenate((samples, np.zeros(size + rate // FRAMES_HZ, np.float32)))
    bands = mel_bands(rate, size)
    power = np.empty((count, BANDS))
    for first in range(0, count, _FRAMES_AT_ONCE):
        at = np.arange(first, min(first + _FRAMES_AT_ONCE, count)) * rate // FRAMES_HZ
        frames = padded[at[:, None] + np.arange(size)] * window
        spectra = real_fft(frames)
        power[first : first + len(at)] = in_bands(spectra.real**2 + spectra.imag**2, bands)
    # Silence has a mean power of 0, which has no logarithm.
    levels = portable.log(power + _FLOOR * max(float(power.mean()), 1e-12))
    return in_steps(levels)


def in_steps(levels: NDArray[np.float64], step: float = STEP) -> NDArray[np.float64]:
    """Levels rounded to multiples of `step`, a power of two."""
    return np.asarray(np.rint(levels / step) * step)


def mel_bands(rate: int, size: int) -> Mono:
    """Triangles at equal distances in mel (O'Shaughnessy, 1987), for spectra [F] -> [F, BANDS]."""
    low, high = portable.log1p(np.array([LOWEST_HZ, rate / 2]) / 700)
    edges = 700 * portable.expm1(np.linspace(low, high, BANDS + 2))
    hz = np.fft.rfftfreq(size, 1 / rate)[:, None]
    rise = (hz - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - hz) / (edges[2:] - edges[1:-1])
    return np.asarray(np.maximum(0, np.minimum(rise, fall)), np.float32)
