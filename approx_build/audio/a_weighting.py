"""Loudness of a sound, frame by frame: its power weighted by the curve A of IEC 61672-1.

Convention: frame `m` is centred on sample `m * hop`; sound outside the clip is silence. 0 dB is a
full-scale sine of 1 kHz, for every size of the frames: the sum over the bins of the squared
spectrum is divided by what such a sine gives under the Hann window, 3 n² / 32.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from approx_build.kernels import fft
from approx_build.numerics import portable
from approx_build.numerics.window import hann

Doubles = NDArray[np.float64]

LEAST_DB = -80.0
"""Levels below this count as this."""

_AT_ONCE = 512
"""Number of frames that are processed together."""
_POLES_HZ = (20.598997, 107.65265, 737.86223, 12194.217)
_AT_1_KHZ_DB = 2.0
"""Raises the weight at 1 kHz to 0 dB."""


def a_weights_db(hz: Doubles) -> Doubles:
    """The weight of each frequency, dB: about 0 at 1 kHz, -inf at 0 Hz."""
    squares = hz * hz
    first, second, third, fourth = (pole * pole for pole in _POLES_HZ)
    root = np.sqrt((squares + second) * (squares + third))
    whole = fourth * squares * squares / ((squares + first) * (squares + fourth) * root)
    return _AT_1_KHZ_DB + portable.db(whole)


def loudness_db(sound: NDArray[np.float32], rate: int, hop: int, frames: int, size: int) -> Doubles:
    """The loudness of a sound [T] in frames of `size` samples, the first at sample 0, dB [M]."""
    loudness = np.empty(frames)
    for first in range(0, frames, _AT_ONCE):
        count = min(_AT_ONCE, frames - first)
        part = np.zeros((count - 1) * hop + size)
        begin = first * hop - size // 2
        low, high = max(begin, 0), min(begin + len(part), len(sound))
        if high > low:
            part[low - begin : high - begin] = sound[low:high]
        views = np.lib.stride_tricks.sliding_window_view(part, size)[::hop]
        spectra = fft.rfft(views, hann(size))
        powers = spectra.real * spectra.real + spectra.imag * spectra.imag
        weighted = (powers * _power_weights(size, rate)).sum(axis=1)
        # A ratio of amplitudes has twice the decibels of the same ratio of powers.
        loudness[first : first + count] = portable.db(np.maximum(weighted, 1e-8)) / 2
    return np.maximum(loudness, LEAST_DB)


@lru_cache(maxsize=16)
def _power_weights(size: int, rate: int) -> Doubles:
    """Factors of the squared spectrum; a full-scale sine of 1 kHz gives a sum of 1."""
    hz: Doubles = np.arange(size // 2 + 1, dtype=np.float64) * (rate / size)
    amplitudes = portable.gain(a_weights_db(hz))
    weights = amplitudes * amplitudes * (32.0 / (3.0 * size * size))
    weights.flags.writeable = False
    return weights
