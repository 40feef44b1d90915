"""Onsets: detects attacks in a sound.

Energy in blocks of 5 ms of the signal's difference (which emphasises high frequencies) relative to
the mean of the four blocks before, as in Bello et al., A tutorial on onset detection in music
signals, IEEE Transactions on Speech and Audio Processing 13(5), 2005, section III.
"""

from __future__ import annotations

from math import fabs

import numpy as np
from numpy.typing import NDArray

BLOCK_S = 0.005
BLOCKS_BEFORE = 4

RISE = 6.0
"""An onset has this many times the energy of the blocks before (7.8 dB)."""

FLOOR = 1e-5
"""Energy below this share of the loudest block's (-50 dB) counts as silence."""

LOUD = 0.1
"""An onset begins where this share of the energy of its loudest sample is reached."""


def onsets(samples: NDArray[np.floating], rate: int, gap: int) -> list[int]:
    """Onsets of a sound [C, T] in samples, ascending, at least `gap` apart; the strongest win."""
    block = max(1, round(BLOCK_S * rate))
    energies = _energies(np.asarray(samples, dtype=np.float64))
    rises = _rises(energies, block)
    found: list[int] = []
    # The strongest first; of two equal ones, the earlier.
    for index in np.lexsort((np.arange(rises.size), -rises)):
        if rises[index] <= RISE:
            break
        # An attack at the end of a block makes only the next block rise.
        onset = _first_loud(energies, max(0, int(index) - 1) * block, (int(index) + 1) * block)
        if all(fabs(onset - other) >= gap for other in found):
            found.append(onset)
    return sorted(found)


def _energies(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """Energy of the difference at each sample, over all channels [T]."""
    steps = np.diff(samples, axis=1, prepend=0.0)
    return np.asarray((steps * steps).sum(axis=0))


def _rises(energies: NDArray[np.float64], block: int) -> NDArray[np.float64]:
    """Energy of each block relative to the mean of those before [T / block]."""
    count = energies.size // block
    if not count:
        return np.zeros(0)
    blocks = energies[: count * block].reshape(count, block).sum(axis=1)
    before = np.concatenate([np.zeros(BLOCKS_BEFORE), blocks])
    mean = sum(before[i : i + count] for i in range(BLOCKS_BEFORE)) / BLOCKS_BEFORE
    floor = FLOOR * blocks.max()
    return np.asarray(blocks / (mean + floor)) if floor > 0 else np.zeros(count)


def _first_loud(energies: NDArray[np.float64], start: int, stop: int) -> int:
    """The first sample of a range that reaches the share `LOUD` of its loudest one."""
    piece = energies[start:stop]
    return start + int(np.argmax(piece >= LOUD * piece.max()))
