"""Brownian noise: the noise between two levels depends only on these levels.

Each item has its own path W over the times of noise levels, from 0 to 1: a tree of Brownian bridges
(Lévy's construction; Li and others, Scalable gradients for stochastic differential equations, 2020,
arXiv:2001.01328, section 4) with a random stream for every point. The noise between times a and b
is (W(b) - W(a)) / √|b - a|. So steps that do not overlap are independent, two steps together use
the noise of one step over both, and more steps refine the same path.

Times are rounded to multiples of 2^-18, so a point is found in 18 bridges.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from math import fabs, sqrt

import numpy as np
from numpy.typing import NDArray

from approx_build.engines.diffusion.level import Level
from approx_build.engines.diffusion.parameterisation import Sound
from approx_build.errors import ModelError
from approx_build.numerics.normal import rounded
from approx_build.numerics.stream import Stream

GRID = 1 << 18
"""The time from 0 to 1 in the units of a path."""

Values = NDArray[np.float32]


class Path:
    """A Brownian path of `count` numbers over times in units of the grid."""

    def __init__(self, stream: Stream, count: int) -> None:
        self._stream, self._count = stream, count
        # At time 1 the variance of the path is 1, so the number drawn is the path itself.
        whole = self._drawn([GRID])[0]
        # The bridges on the way to the last point: start, width, and the path at both ends.
        # The next point is usually close, and most of the bridges serve again.
        self._bridges = [(0, GRID, np.zeros(count, np.float32), whole)]

    def at(self, place: int) -> Values:
        """The path at a place from 0 to `GRID` [count], normal of variance place / GRID."""
        while not self._spans(place):
            self._bridges.pop()
        middles = self._middles(place)
        for middle, drawn in zip(middles, self._drawn(middles), strict=True):
            self._bridges.append(self._half(place, middle, drawn))
        start, _, left, right = self._bridges[-1]
        return left if place == start else right

    def _spans(self, place: int) -> bool:
        start, width, _, _ = self._bridges[-1]
        return start <= place <= start + width

    def _middles(self, place: int) -> list[int]:
        """The index at which the last bridge is halved, and its halves, until one begins or ends
        there.
        """
        start, width, _, _ = self._bridges[-1]
        middles = []
        while place not in (start, start + width):
            width //= 2
            middles.append(start + width)
            start = start if place < middles[-1] else middles[-1]
        return middles

    def _drawn(self, middles: Sequence[int]) -> Values:
        """The random numbers at each middle [middles, count]."""
        words = np.empty((len(middles), self._count), np.uint64)
        for row, middle in zip(words, middles, strict=True):
            row[:] = self._stream.child("brownian", middle).words(self._count)
        return rounded(words)

    def _half(self, place: int, middle: int, drawn: Values) -> tuple[int, int, Values, Values]:
        """The half of the last bridge that spans a place."""
        start, width, left, right = self._bridges[-1]
        # Given its ends, the middle of a bridge has a quarter of its width as variance.
        between = 0.5 * (left + right) + sqrt(width / (4 * GRID)) * drawn
        if place < middle:
            return start, width // 2, left, between
        return middle, width // 2, between, right


class BrownianNoise:
    """Noise [B, C, T] for the step between two levels; each item has its own stream."""

    def __init__(self, streams: Sequence[Stream], channels: int, length: int) -> None:
        self._streams, self._shape = tuple(streams), (channels, length)

    @cached_property
    def _paths(self) -> list[Path]:
        """The paths of the items, made when noise is first needed."""
        channels, length = self._shape
        return [Path(stream, channels * length) for stream in self._streams]

    def __call__(self, now: Level, after: Level) -> Sound:
        """Standard normal numbers; ModelError when the levels are too close to be distinguished."""
        first, last = round(now.time * GRID), round(after.time * GRID)
        if first == last:
            raise ModelError(
                f"noise between the levels {now.time:g} and {after.time:g}: too close "
                "together; use fewer steps"
            )
        scale = 1.0 / sqrt(fabs(last - first) / GRID)
        items = [scale * (path.at(last) - path.at(first)) for path in self._paths]
        return np.stack([item.reshape(self._shape) for item in items])
