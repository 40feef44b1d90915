"""Cosines and sines of fractions of a turn, with the same bits on every processor.

The fraction is reduced to an eighth of a turn in integers, and its angle is a pair of float64: a
rounded angle would add half a unit of error. Error: at most 0.7 units in the last place.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from approx_build.numerics.double_double import Array, Pair, multiply
from approx_build.numerics.portable import cos_of_small, sin_of_small

_EIGHTH = float.fromhex("0x1.921fb54442d18p-1"), float.fromhex("0x1.1a62633145c07p-55")
"""An eighth of a turn, pi / 4, as a pair."""

LARGEST_COUNT = 1 << 40
"""Largest number of parts of a turn: eight times as many can be counted exactly."""


def turn(part: NDArray[np.int64], count: int) -> tuple[Array, Array]:
    """Cosines and sines of `part` of `count` equal parts of a turn; zeros are +0.

    ValueError for a count that is not 1 to `LARGEST_COUNT`.
    """
    if not 1 <= count <= LARGEST_COUNT:
        raise ValueError(f"a turn has no {count} parts")
    eighths = 8 * (np.asarray(part, np.int64) % count)
    octant, rest = eighths // count, eighths % count
    # Odd eighths run backwards.
    angle = _angle(np.where(octant & 1, count - rest, rest).astype(np.float64), float(count))
    cosine, sine = cos_of_small(*angle), sin_of_small(*angle)
    swapped = (octant + 1) & 2 != 0
    cosine, sine = np.where(swapped, sine, cosine), np.where(swapped, cosine, sine)
    cosine = np.where((octant >= 2) & (octant < 6), -cosine, cosine)
    # Adding 0 makes -0 a 0.
    return cosine + 0.0, np.where(octant >= 4, -sine, sine) + 0.0


def _angle(part: Array, count: float) -> Pair:
    """`part` / `count` of an eighth of a turn in radians."""
    whole, nothing = part / count, np.zeros_like(part)
    head, tail = multiply((whole, nothing), (np.full_like(part, count), nothing))
    missing = ((part - head) - tail) / count
    eighth = np.full_like(part, _EIGHTH[0]), np.full_like(part, _EIGHTH[1])
    return multiply((whole, missing), eighth)
