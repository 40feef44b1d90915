"""The low band of one sound beside the high band of another, joined by a linear crossfade.

Computed by the kernels' Fourier transform in float64, and rounded to float32 once.
"""

from __future__ import annotations

import numpy as np

from approx_build.kernels import fft
from approx_build.kernels.tensors import Floats

CROSSFADE_HZ = 400.0
"""Width of the crossfade, below the border: that of the published code."""


def with_low_band(made: Floats, sound: Floats, below_hz: float, rate: int) -> Floats:
    """`made` [T], with what `sound` [T] has below a frequency in place of its own."""
    # Silence after the end, so that filters ring into it and not into the beginning.
    size = fft.fast_size(len(made) + rate // 8)
    padded = np.zeros(size)
    padded[: len(made)] = sound.astype(np.float64) - made.astype(np.float64)
    spectrum = fft.rfft(padded)
    width = min(CROSSFADE_HZ, below_hz)
    hertz = np.arange(len(spectrum)) * (rate / size)
    share = np.minimum(np.maximum((below_hz - hertz) / width, 0.0), 1.0)
    low = np.empty_like(spectrum)
    # Real and imaginary parts alone: products of complex numbers differ between processors.
    low.real, low.imag = spectrum.real * share, spectrum.imag * share
    return np.asarray(made + fft.irfft(low)[: len(made)], np.float32)
