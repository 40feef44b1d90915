"""Sound at the rate of the next scale: cubics through four samples (Keys, 1981, with a = -1/2).

The interpolation of the published code (ResizeRight). A result is the sum of four products in the
order of the samples, in float64, rounded to float32 once.
"""

from __future__ import annotations

import numpy as np

from approx_build.kernels.tensors import Floats

_BLOCK = 1 << 15
"""Samples at once, so that the work memory stays small."""


def read_from(low: int, high: int, start: int, stop: int) -> tuple[int, int]:
    """The samples at rate `low` on which samples `start` to `stop` at rate `high` depend."""
    return start * low // high - 1, (stop - 1) * low // high + 3


def raised(sound: Floats, begin: int, low: int, high: int, start: int, stop: int) -> Floats:
    """Samples `start` to `stop` at rate `high` of a sound [T] at rate `low`.

    `sound` begins at sample `begin`, and contains all that `read_from` says.
    """
    made = np.empty(stop - start, np.float32)
    wide = sound.astype(np.float64)
    for first in range(start, stop, _BLOCK):
        last = min(first + _BLOCK, stop)
        whole, rest = np.divmod(np.arange(first, last, dtype=np.int64) * low, high)
        at = whole - begin
        total = np.zeros(last - first)
        for tap, weight in enumerate(_weights(rest / float(high)), start=-1):
            total += weight * wide[at + tap]
        made[first - start : last - start] = total
    return made


def _weights(place: np.ndarray) -> tuple[np.ndarray, ...]:
    """The weights of the sample before, of both neighbours, and of the sample after them.

    `place` is the place between the neighbours, from 0 to 1.
    """
    square = place * place
    return (
        ((1.0 - 0.5 * place) * place - 0.5) * place,
        (1.5 * place - 2.5) * square + 1.0,
        ((2.0 - 1.5 * place) * place + 0.5) * place,
        (0.5 * place - 0.5) * square,
    )
