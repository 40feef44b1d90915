"""Joins: where sound that is known meets sound that is made, without a step between them.

A network rounds off a step that it hears. To overrule it on the known side alone keeps half the
step for good. So what it is overruled by beside a join is carried over to the other side, and let
go within a few samples: from one side to the other the sound goes as the network would have it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from approx_build.diffusion.parameterisation import Sound

REACH = 4
"""How many samples beside a join are changed."""

_Places = tuple[NDArray[np.intp], ...]


class Joins:
    """The joins of what `is_known` with what is missing; a row of samples depends on no other.

    `is_known` is [T], [C, T] or [B, C, T], for sound of `shape` [B, C, T].
    """

    def __init__(self, is_known: NDArray[np.bool_], shape: tuple[int, ...]) -> None:
        self._held = np.broadcast_to(is_known, shape)
        before, after = _distances(self._held), _distances(self._held[..., ::-1])[..., ::-1]
        self._beside: _Places = np.nonzero(~self._held & (np.minimum(before, after) <= REACH))
        *rows, at = self._beside
        last = shape[-1] - 1
        shares = _shares()
        self._before: _Places = (*rows, np.maximum(at - before[self._beside], 0))
        self._after: _Places = (*rows, np.minimum(at + after[self._beside], last))
        left, right = shares[before[self._beside]], shares[after[self._beside]]
        # A gap so short that both joins reach a sample has the mean of what they carry.
        both = np.maximum(left + right, np.float32(1))
        self._shares = left / both, right / both

    def joined(self, heard: Sound, known: Sound) -> Sound:
        """`known` [B, C, T] where it is known, and elsewhere `heard`, brought to it at joins."""
        whole = np.where(self._held, known, heard)
        for places, share in zip((self._before, self._after), self._shares, strict=True):
            whole[self._beside] += share * (known[places] - heard[places])
        return whole


def _shares() -> NDArray[np.float32]:
    """How much is left of a difference, 0 to REACH + 1 samples from where it is known: all at 1."""
    places = np.maximum(np.arange(REACH + 2) - 1, 0) / REACH
    return (1.0 - places * places * (3.0 - 2.0 * places)).astype(np.float32)


def _distances(held: NDArray[np.bool_]) -> NDArray[np.int32]:
    """How many samples ago the last that is known was [B, C, T], REACH + 1 at most."""
    at = np.arange(held.shape[-1], dtype=np.int32)
    last = np.maximum.accumulate(np.where(held, at, np.int32(-REACH - 1)), axis=-1)
    return np.minimum(at - last, np.int32(REACH + 1))
