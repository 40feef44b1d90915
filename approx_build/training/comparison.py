"""Two curves beside each other: what each was at equal places, steps or seconds alike."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from approx_build.training.behaviour import Curve


@dataclass(frozen=True)
class Beside:
    """Two values at one place of the axis."""

    at: float
    first: float
    second: float


def value_at(curve: Curve, place: float) -> float | None:
    """The curve at `place`, on the straight line between its points; None outside of it."""
    if not curve or not curve[0][0] <= place <= curve[-1][0]:
        return None
    above = bisect_left(curve, place, key=lambda point: point[0])
    right, value = curve[above]
    if right == place:
        return value
    left, before = curve[above - 1]
    return before + (value - before) * (place - left) / (right - left)


def side_by_side(first: Curve, second: Curve, count: int = 6) -> list[Beside]:
    """Both curves at `count` places evenly over what they have in common; none without that."""
    if not first or not second:
        return []
    start, stop = max(first[0][0], second[0][0]), min(first[-1][0], second[-1][0])
    if stop < start:
        return []
    places = sorted({start + (stop - start) * n / count for n in range(1, count + 1)})
    rows = [(place, value_at(first, place), value_at(second, place)) for place in places]
    return [Beside(at, a, b) for at, a, b in rows if a is not None and b is not None]
