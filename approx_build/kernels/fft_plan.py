"""Plans of Fourier transforms: the order of stages, twiddle factors, positions of inputs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from approx_build.numerics.turn import turn

Table = NDArray[np.float64]

LARGEST_RADIX = 127
LARGEST_SIZE = 1 << 26
_KEPT = 64


@dataclass(frozen=True, eq=False, slots=True)
class Plan:
    """A transform of `size` complex numbers, or of twice as many real ones.

    radices  by stage, from the first stage on
    twiddles by stage [m - 1, r - 1, 2]: cos, -sin of 2 pi jq / rm for j and q from 1
    roots    by stage [r, 2]: cos, sin of 2 pi k / r
    places   [size]: the position of input i before the first stage
    split    [size // 2 + 1, 2]: cos, -sin of pi k / size, for transforms of real numbers
    """

    size: int
    radices: tuple[int, ...]
    twiddles: tuple[Table, ...]
    roots: tuple[Table, ...]
    places: NDArray[np.int32]
    split: Table


@lru_cache(_KEPT)
def plan(size: int) -> Plan:
    """The plan for `size` complex numbers; ValueError when there is none."""
    if not 1 <= size <= LARGEST_SIZE:
        raise ValueError(f"no transform of {size} numbers; sizes are 1 to {LARGEST_SIZE}")
    stages = radices(size)
    twiddles, roots, done = [], [], 1
    for radix in stages:
        twiddles.append(_pairs(np.outer(np.arange(1, done), np.arange(1, radix)), done * radix, -1))
        roots.append(_pairs(np.arange(radix), radix, 1))
        done *= radix
    split = _pairs(np.arange(size // 2 + 1), 2 * size, -1)
    return Plan(size, stages, tuple(twiddles), tuple(roots), _places(stages), split)


def radices(size: int) -> tuple[int, ...]:
    """By stage: odd primes, descending, a 2 if needed, then 4s; ValueError for primes above 127."""
    # The lowest set bit is the largest power of two that divides the size.
    twos = (size & -size).bit_length() - 1
    odd, rest, prime = [], size >> twos, 3
    while rest > 1:
        if prime > LARGEST_RADIX:
            raise ValueError(f"no transform of {size} numbers: a prime of it is above 127")
        if rest % prime == 0:
            odd.append(prime)
            rest //= prime
        else:
            prime += 2
    return (*odd[::-1], *[2] * (twos % 2), *[4] * (twos // 2))


def _pairs(part: NDArray[np.int64], count: int, sign: int) -> Table:
    """Cosines and `sign` times sines of fractions of a turn, in pairs."""
    cosine, sine = turn(part, count)
    return np.ascontiguousarray(np.stack([cosine, sine if sign > 0 else -sine], axis=-1))


def _places(stages: tuple[int, ...]) -> NDArray[np.int32]:
    places = np.zeros(1, np.int32)
    for radix in stages:
        # Input r i + q of the longer transform is input i of its part q.
        longer = np.empty(radix * places.size, np.int32)
        for part in range(radix):
            longer[part::radix] = places + part * places.size
        places = longer
    return places
