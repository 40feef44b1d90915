"""Crossfades: known sound blends into generated sound without a seam.

Overruling a network only where the sound is known leaves a seam: the generated sound fits what the
network received there, which is almost, but not exactly, the known sound. So at a join the known
sound is continued (`linear_prediction`) as far as it can be predicted, and is blended into the
sound of the network. Tones keep their phase across the join; noise, which cannot be predicted, is
left to the network at once.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from approx_build.engines.diffusion.linear_prediction import Samples, continuation
from approx_build.engines.diffusion.parameterisation import Sound

# docs/decisions/0018-margins-and-joins.md has the measurements.
_PART, _LONGEST = 32, 1024
_BACK = slice(None, None, -1)
_Mask = NDArray[np.bool_]
_Beside = tuple[tuple[int, int], slice, NDArray[np.float32], NDArray[np.float32]]


class Joins:
    """The joins between the known and the missing parts of a sound; rows are independent.

    `known` is [B, C, T]; `is_known` is [T], [C, T] or [B, C, T].
    """

    def __init__(self, known: Sound, is_known: _Mask) -> None:
        self._known, self._is_known = known, is_known
        held, fade = np.broadcast_to(is_known, known.shape), crossfade_length(known.shape[-1])
        self._beside = [
            ((item, channel), *beside)
            for item, channel in np.ndindex(known.shape[0], known.shape[1])
            for beside in _beside(known[item, channel], held[item, channel], fade)
        ]

    def joined(self, generated: Sound) -> Sound:
        """The known sound, and elsewhere `generated` [B, C, T], into which it is blended."""
        whole: Sound = np.where(self._is_known, self._known, generated)
        for row, gap, continued, left in self._beside:
            whole[row][gap] = continued + left * generated[row][gap]
        return whole


def crossfade_length(length: int) -> int:
    """The length in samples of a crossfade in a sound of `length`."""
    return min(length // _PART, _LONGEST)


def _beside(
    known: Sound, held: _Mask, fade: int
) -> Iterator[tuple[slice, NDArray[np.float32], NDArray[np.float32]]]:
    """For each missing stretch of a row: weighted continuation of known sound, and weight left."""
    # Padded, so that a missing stretch at an end of the row has two edges, too.
    edges = np.flatnonzero(np.diff(np.pad(~held, 1).astype(np.int8)))
    bounds = [0, *edges.tolist(), len(held)]
    sound = known.astype(np.float64)
    for at in range(1, len(bounds) - 1, 2):
        before, start, stop, after = bounds[at - 1 : at + 3]
        length = stop - start
        given, weight = np.zeros(length), np.zeros(length)
        count = min(fade, length)
        for side, past in ((slice(None), sound[before:start]), (_BACK, sound[stop:after][::-1])):
            continued, share = _fading_continuation(past, count, fade)
            given[side][:count] += share * continued
            weight[side][:count] += share
        # In a short stretch, both sides may contribute to a sample.
        both = np.maximum(weight, 1.0)
        yield (
            slice(start, stop),
            (given / both).astype(np.float32),
            (1.0 - weight / both).astype(np.float32),
        )


def _fading_continuation(past: Samples, count: int, fade: int) -> tuple[Samples, Samples]:
    """The continuation of `past` for `count` samples, and its weight at each sample."""
    continued, share = continuation(past, count)
    # Smoothstep: the weight of the prediction starts and ends without a corner.
    places = np.arange(count) / max(fade, 1)
    return continued, share * (1.0 - places * places * (3.0 - 2.0 * places))
