"""The gain of the limiter over time: smooth, never above the required gain, exact integers.

Time is divided into cells of 16 samples, counted from the first sample of the sound. A gain is an
integer in units of 2^-40, so minima, ramps and weighted sums are exact and do not depend on blocks.
From the gain that each cell requires: the minimum over the look-ahead around it (the gain must be
down before the peak), a release that rises linearly, a Hann-shaped average over the look-ahead, and
a quadratic B-spline from cells to samples. Each step keeps the result at or below the requirement
of every cell, and a gain of 1 stays exactly 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from approx_build.numerics import portable

Cells = NDArray[np.int64]

CELL = 16
UNITY = 1 << 40
LOOK_AHEAD_S = 0.005
RELEASE_S = 0.2
"""Seconds in which a gain would rise from 0 to 1."""
_WEIGHT_BITS = 16


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of the gain at one rate: half the look-ahead, and the rise, both per cell."""

    half: int
    rise: int

    @classmethod
    def at(cls, rate: int) -> Shape:
        """The shape at `rate` Hz."""
        half = max(2, round(LOOK_AHEAD_S * rate / CELL / 2))
        return cls(half, max(1, round(UNITY * CELL / (RELEASE_S * rate))))


def unity(length: int) -> Cells:
    """Cells of a sound of `length` samples that require no reduction."""
    return np.full(-(-length // CELL), UNITY, np.int64)


def smoothed(required: Cells, shape: Shape) -> Cells:
    """The gain of each cell: smooth, and nowhere near a cell above what the cell requires."""
    if int(required.min(initial=UNITY)) == UNITY:
        return required
    # One cell beyond the average, for the spline between cells.
    least = _least_around(required, shape.half + 1)
    return _averaged(_released(least, shape.rise), shape.half)


def _least_around(cells: Cells, radius: int) -> Cells:
    padded = np.pad(cells, radius, constant_values=UNITY)
    result = cells.copy()
    for shift in range(2 * radius + 1):
        np.minimum(result, padded[shift : shift + len(cells)], out=result)
    return result


def _released(cells: Cells, rise: int) -> Cells:
    """The highest gain below `cells` that rises by at most `rise` per cell."""
    # Without the ramp the limit on the rise is a running minimum, which needs no loop.
    ramp = np.arange(len(cells), dtype=np.int64) * rise
    return np.asarray(np.minimum.accumulate(cells - ramp) + ramp)


def _averaged(cells: Cells, half: int) -> Cells:
    padded = np.pad(cells, half, mode="edge")
    total = np.zeros_like(cells)
    for shift, weight in enumerate(_weights(half)):
        total += padded[shift : shift + len(cells)] * weight
    # The shift rounds down: never above what a cell requires. The sums stay below 2^57.
    return np.asarray(total >> _WEIGHT_BITS)


def _weights(half: int) -> list[int]:
    """Hann weights of 2 half + 1 cells as integers whose sum is exactly 2^16."""
    angle = np.arange(1, 2 * half + 2) * (portable.TAU / (2 * half + 2))
    hann = 0.5 - 0.5 * portable.cos(angle)
    weights = [int(value) for value in np.rint(hann * ((1 << _WEIGHT_BITS) / (half + 1)))]
    # The middle takes the rounding errors of all: a gain of 1 must stay exactly 1.
    weights[half] += (1 << _WEIGHT_BITS) - sum(weights)
    return weights


def factors(cells: Cells, start: int, stop: int) -> NDArray[np.float64]:
    """Gains of samples `start` to `stop` [T]: a smooth curve through the cells."""
    first, last = start // CELL, -(-stop // CELL)
    near = np.pad(cells, 1, mode="edge")[first : last + 2].astype(np.float64) * (1.0 / UNITY)
    place = (np.arange(CELL) + 0.5) * (1.0 / CELL)
    before, after = 0.5 * (1.0 - place) * (1.0 - place), 0.5 * place * place
    middle = 0.5 + place * (1.0 - place)
    curve = near[:-2, None] * before + near[1:-1, None] * middle + near[2:, None] * after
    return np.asarray(curve.reshape(-1)[start - first * CELL : stop - first * CELL])
