"""Numbers that change while a clip sounds: breakpoint curves and fades.

Every value depends only on its own position, so blocks of any size give the same bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from approx_build.errors import AudioError
from approx_build.numerics import portable

Values = NDArray[np.float64]
Breakpoints = Sequence[tuple[float, float]]


class FadeShape(Enum):
    """The shape of a fade."""

    RAISED_COSINE = "raised cosine"
    """Amplitude sin²: smooth at both ends; two that cross add to one in amplitude."""
    EQUAL_POWER = "equal power"
    """Amplitude sin: two that cross add to one in power."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Values at positions in samples; interpolated linearly, constant before the first and after
    the last.

    Two breakpoints at one position make a jump.
    """

    positions: tuple[int, ...]
    values: tuple[float, ...]

    @classmethod
    def of(cls, value: float | Breakpoints, rate: int) -> Curve:
        """A constant, or breakpoints (time in seconds, value) at `rate` Hz.

        AudioError when there is no breakpoint, one is not a number, or times run backwards.
        """
        points = [(0.0, value)] if isinstance(value, (int, float)) else list(value)
        if not points or not all(isfinite(number) for point in points for number in point):
            raise AudioError("a curve needs at least one breakpoint, and numbers in it")
        positions = tuple(round(time * rate) for time, _ in points)
        if list(positions) != sorted(positions):
            raise AudioError("the times of a curve's breakpoints run backwards")
        return cls(positions, tuple(float(value) for _, value in points))

    def at(self, start: int, stop: int) -> Values:
        """The values at samples `start` to `stop` [T], or [1] where the curve is constant."""
        if start >= self.positions[-1]:
            return np.array(self.values[-1:])
        if stop <= self.positions[0]:
            return np.array(self.values[:1])
        positions, values = np.array(self.positions, np.float64), np.array(self.values)
        here = np.arange(start, stop, dtype=np.float64)
        # After the last of equal positions: at a jump, the later value applies.
        after = np.searchsorted(positions, here, side="right")
        left, right = np.maximum(after - 1, 0), np.minimum(after, len(values) - 1)
        # Outside the breakpoints both sides are the same one: no division by 0.
        span = np.maximum(positions[right] - positions[left], 1.0)
        share = np.maximum(here - positions[left], 0.0) / span
        return np.asarray(values[left] + (values[right] - values[left]) * share)


ZERO = Curve((0,), (0.0,))
"""No change of gain; the centre."""


def gains(decibels: Curve, start: int, stop: int) -> Values:
    """A curve of decibels as factors [T] or [1]: linear in dB between breakpoints."""
    return portable.gain(decibels.at(start, stop))


def fade(
    length: int, fade_in: int, fade_out: int, shape: FadeShape, start: int, stop: int
) -> Values:
    """Factors at samples `start` to `stop` of a sound of `length` samples with these fades [T]."""
    here = np.arange(start, stop)
    factors = np.ones(stop - start)
    for size, position in ((fade_in, here), (fade_out, length - 1 - here)):
        inside = position < size
        # Values at the middle of samples, so that crossing fades are mirror images and their sum is
        # 1.
        factors[inside] *= _rise((position[inside] + 0.5) / size, shape)
    return factors


def _rise(share: Values, shape: FadeShape) -> Values:
    sine = portable.sin(share * (portable.PI / 2))
    return sine * sine if shape is FadeShape.RAISED_COSINE else sine
