"""Noise: white, nearly Gaussian, of a mean level that is known."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from approx_build.numerics.stream import Stream

_TERMS = 4
"""A sum of four evenly spread numbers is within 4 sigma of a bell; a word of 64 bits has four."""

_MEAN = _TERMS * 65535 / 2
_DEVIATION = sqrt((65536 * 65536 - 1) * _TERMS / 12)


def white(rng: Stream, channels: int, size: int) -> NDArray[np.float64]:
    """Noise [channels, size] of RMS 1 and no sample beyond 3.5, channels apart."""
    quarters = rng.words(channels * size).view(np.uint16).reshape(channels, size, _TERMS)
    return np.asarray((quarters.sum(axis=2, dtype=np.int64) - _MEAN) / _DEVIATION)
