"""The likeliest path of a pitch through the dips of all frames: the second half of pYIN.

A hidden Markov model (Mauch and Dixon, 2014): its states are bins of a fifth of a semitone, each
with and without pitch. The probability of a step falls linearly with its size, up to
`_OCTAVES_A_SECOND`; a pitch begins and ends with probability `_SWITCH`. The path is Viterbi's,
whose ties go to the lowest bin. Logarithms are portable; everything else adds and compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from approx_build.numerics import portable

Doubles = NDArray[np.float64]
Integers = NDArray[np.int64]

_BINS = 60
"""Bins in an octave."""
_OCTAVES_A_SECOND = 35.92
_SWITCH = 0.01
_LEAST = 1e-30
"""Replaces the logarithm of a probability of 0, which would not be finite."""
_NEAR = 1.5
"""Largest number of bins between a dip and the path through it."""


@dataclass(frozen=True, eq=False)
class Dips:
    """The dips of all frames in order: pitch and probability of each dip [D]."""

    frame: Integers
    hz: Doubles
    chance: Doubles


@dataclass(frozen=True)
class Grid:
    """The bins of a range of pitches, and the largest speed of a pitch through them."""

    lowest_hz: float
    highest_hz: float
    step_s: float

    @cached_property
    def bins(self) -> int:
        """Number of bins."""
        return int(_BINS * _octaves(np.array(self.highest_hz / self.lowest_hz))) + 2

    @property
    def widest_step(self) -> int:
        """Largest step of a pitch from frame to frame, in bins."""
        return max(1, min(round(_OCTAVES_A_SECOND * self.step_s * _BINS), self.bins - 1))

    def places(self, hz: Doubles) -> Doubles:
        """The positions of pitches in bins, counted from 0."""
        places = _BINS * _octaves(hz / self.lowest_hz)
        return np.minimum(np.maximum(places, 0.0), self.bins - 1.0)

    def moves(self) -> Doubles:
        """Logarithms of the probabilities of steps from -reach to reach."""
        steps = np.arange(-self.widest_step, self.widest_step + 1)
        heights = self.widest_step + 1.0 - np.where(steps < 0, -steps, steps)
        return portable.log(heights / heights.sum())


def likeliest(dips: Dips, grid: Grid, frames: int) -> Integers:
    """The dip on the path in each frame [M]; -1 where the path has no pitch."""
    places = grid.places(dips.hz)
    bounds = np.searchsorted(dips.frame, np.arange(frames + 1))
    path = _path(dips, np.rint(places).astype(np.int64), bounds, grid)
    taken = np.full(frames, -1)
    for at, (first, last) in enumerate(pairwise(bounds.tolist())):
        bin_ = int(path[at])
        if bin_ >= 0 and first < last:
            distance = portable.absolute(places[first:last] - bin_)
            near = first + int(distance.argmin())
            if distance[near - first] <= _NEAR:
                taken[at] = near
    return taken


def _path(dips: Dips, bins: Integers, bounds: Integers, grid: Grid) -> Integers:
    """The bin of each frame, -1 where the path has no pitch."""
    frames, count, widest_step = len(bounds) - 1, grid.bins, grid.widest_step
    came_from = np.zeros((frames, 2, count), np.int16)
    stay, switch = (float(portable.log(p)) for p in (1 - _SWITCH, _SWITCH))
    moves, here = grid.moves(), np.arange(count)
    padded = np.full((2, count + 2 * widest_step), -np.inf)
    score = np.full((2, count), float(portable.log(0.5 / count)))
    for at in range(frames):
        if at:
            padded[:, widest_step : widest_step + count] = score
            views = np.lib.stride_tricks.sliding_window_view(padded, 2 * widest_step + 1, axis=1)
            reached = views + moves
            best = reached.argmax(axis=2)
            kept = np.take_along_axis(reached, best[..., None], axis=2)[..., 0]
            source = here + best - widest_step
            switches = kept[::-1] + switch > kept + stay
            score = np.where(switches, kept[::-1] + switch, kept + stay)
            states = source + count * _KIND
            came_from[at] = np.where(switches, states[::-1], states)
        part = slice(bounds[at], bounds[at + 1])
        score = score + _observed(bins[part], dips.chance[part], count)
    return _back(came_from, score, count)


_KIND = np.array([[0], [1]])
"""States with a pitch, and without."""


def _observed(bins: Integers, chance: Doubles, count: int) -> Doubles:
    """Logarithms of the probabilities [2, bins] of a frame's dips in each state."""
    by_bin = np.zeros((2, count))
    for place, probability in zip(bins.tolist(), chance.tolist(), strict=True):
        by_bin[0, place] += probability
    by_bin[1] = max(0.0, 1.0 - sum(chance.tolist())) / count
    return portable.log(np.maximum(by_bin, _LEAST))


def _back(came_from: NDArray[np.int16], score: Doubles, count: int) -> Integers:
    """The path that ends in the best state."""
    path = np.zeros(len(came_from), np.int64)
    state = int(score.argmax()) if len(path) else 0
    for at in range(len(path) - 1, -1, -1):
        path[at] = state if state < count else -1
        state = int(came_from[at].reshape(-1)[state])
    return path


def _octaves(ratio: Doubles) -> Doubles:
    return portable.log(ratio) / portable.log(2.0)
