"""Temperature over a take: a number, or breakpoints [seconds, temperature], by samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from approx_build.audio.curve import Curve

Points = tuple[tuple[float, float], ...]
"""(seconds, temperature) pairs."""


def temperatures(
    temperature: float | Points, rate: int, length: int, first: int = 0
) -> float | NDArray[np.float64]:
    """The temperature of samples `first` to `first + length` of a take: a number, or [length]."""
    if not isinstance(temperature, tuple):
        return temperature
    values = Curve.of(temperature, rate).at(first, first + length)
    return np.broadcast_to(values, (length,))
