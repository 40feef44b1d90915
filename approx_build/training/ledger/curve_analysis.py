"""How a loss behaves: best, slope, vacillation, divergences, and whether the network overfits.

All of it is a function of points (step, loss) in the order of their steps; numbers that are
not finite are left out. What is compared with a threshold is a share of the curve's own range,
so that a loss in nats and a mean squared error are judged alike.

- **slope**: the median of the slopes between all pairs of points of the last third of the
  steps (Theil, 1950; Sen, 1968), which a few outliers do not turn.
- **vacillation**: the share of its way that a curve takes back, 1 - |last - first| / travel,
  where travel is the sum of the sizes of all its moves. 0 for one that only falls (however
  bent, which residuals from a line would hold against it), 1 for one that ends where it began.
- **collapse**: takes differ from each other by less than a tenth of what recordings do (a
  network that measures its `variety`), up to the last point.
- **divergence**: the loss stays for at least `DIVERGED_POINTS` points above the best so far by
  more than a tenth of the curve's range and by more than three of its usual moves.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import isfinite
from statistics import median

from approx_build.units import signed, spaced

Point = tuple[float, float]
"""Step, loss."""
Curve = Sequence[Point]

LEVEL = 0.01
"""A change over the last third by less than this share of the range is none."""
CALM, UNEASY = 0.1, 0.4
"""Vacillation below which a curve is calm, and below which it wavers."""
DIVERGED_POINTS = 3
VARIETY, COLLAPSED = "variety", 0.1
"""What a network measures of its takes' differences, and the share of the corpus' that is none."""
_DIVERGED_SHARE, _DIVERGED_MOVES = 0.1, 3.0
_MOST_POINTS = 200
"""Points that slopes are taken between: pairs grow with their square."""


@dataclass(frozen=True)
class Behaviour:
    """How a loss behaves; `slope` is per 1 000 steps, `unit` that of the loss.

    `best` and `last` are of the held-out loss where it was measured, the rest of the training
    loss. What too few points cannot tell is None. From `rising_since` the held-out loss rises
    while the training loss falls; from `collapsed_since` all takes are nearly alike.
    """

    best: Point | None = None
    last: Point | None = None
    slope: float | None = None
    trend: str = ""
    vacillation: float | None = None
    divergences: int = 0
    rising_since: float | None = None
    unit: str = ""
    collapsed_since: float | None = None

    @property
    def words(self) -> str:
        """All of it in a sentence."""
        collapse = [collapse_words(self.collapsed_since)] if self.collapsed_since else []
        if self.slope is None or self.vacillation is None:
            return "; ".join(["too few points", *collapse])
        steady = " steadily" if self.trend == "falls" and self.vacillation < CALM else ""
        unit = f" {self.unit}" if self.unit else ""
        parts = [
            f"{self.trend}{steady}, {signed(self.slope)}{unit} per 1 000 steps",
            _steadiness(self.vacillation),
            _counted(self.divergences),
        ]
        if self.rising_since is not None:
            parts.append(f"held-out rises since step {spaced(self.rising_since)}")
        return "; ".join([*parts, *collapse])


def collapse_words(since: float) -> str:
    """That a network makes one sound."""
    return f"collapsed since step {spaced(since)}: its takes are nearly all alike"


def behaviour(
    training: Curve, held_out: Curve = (), unit: str = "", variety: Curve = ()
) -> Behaviour:
    """How a training went, by its curves."""
    training, held_out = finite(training), finite(held_out)
    shown_curve, judged = held_out or training, training or held_out
    if not judged:
        return Behaviour(unit=unit)
    return Behaviour(
        best=best(shown_curve),
        last=shown_curve[-1],
        slope=slope(last_third(judged)),
        trend=trend(judged),
        vacillation=vacillation(judged),
        divergences=divergences(judged),
        rising_since=rising_since(training, held_out),
        unit=unit,
        collapsed_since=collapsed_since(variety),
    )


def collapsed_since(variety: Curve) -> float | None:
    """The first step of the last points at which takes are nearly all alike; None: they are not.

    Before the first step they may be, because the network has learned nothing.
    """
    since = None
    for step, share in variety:
        is_collapsed = step > 0 and share < COLLAPSED
        since = (step if since is None else since) if is_collapsed else None
    return since


def finite(curve: Iterable[Point]) -> list[Point]:
    """The points that are numbers."""
    return [point for point in curve if isfinite(point[1])]


def best(curve: Curve) -> Point:
    """The first of the lowest points."""
    return min(curve, key=lambda point: point[1])


def by_name(points: Iterable[tuple[float, Mapping[str, float | None]]]) -> dict[str, list[Point]]:
    """The curve of each loss, from the losses by name at each step."""
    found: dict[str, list[Point]] = {}
    for step, losses in points:
        for name, loss in losses.items():
            if loss is not None:
                found.setdefault(name, []).append((step, loss))
    return {name: sorted(curve) for name, curve in found.items()}


def last_third(curve: Curve) -> list[Point]:
    """The points of the last third of the steps."""
    if not curve:
        return []
    first, last = curve[0][0], curve[-1][0]
    return [point for point in curve if 3 * (point[0] - first) >= 2 * (last - first)]


def slope(curve: Curve) -> float | None:
    """The median slope between two points, per 1 000 steps; None without two steps."""
    # An empty curve must not be sliced by steps of 0.
    thinned = curve[:: -(-len(curve) // _MOST_POINTS) or 1]
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(thinned, 2) if a[0] != b[0]]
    return 1000 * median(slopes) if slopes else None


def trend(curve: Curve) -> str:
    """Whether the curve falls, rises or is level at its end."""
    late = last_third(curve)
    found = slope(late)
    if found is None:
        return ""
    change = found / 1000 * (late[-1][0] - late[0][0])
    if abs(change) <= LEVEL * _range(curve):
        return "is level"
    return "falls" if change < 0 else "rises"


def vacillation(curve: Curve) -> float | None:
    """The share of its way that the curve takes back, from 0 to 1; None without two points."""
    if len(curve) < 2:
        return None
    travel = sum(abs(b[1] - a[1]) for a, b in pairwise(curve))
    way = abs(curve[-1][1] - curve[0][1])
    # Rounding may make the way slightly longer than the travel.
    return max(0.0, 1 - way / travel) if travel else 0.0


def divergences(curve: Curve) -> int:
    """How often the loss left its best for several points on end."""
    if len(curve) < 2:
        return 0
    usual = median(abs(b[1] - a[1]) for a, b in pairwise(curve))
    limit = max(_DIVERGED_SHARE * _range(curve), _DIVERGED_MOVES * usual)
    lowest, above, found = curve[0][1], 0, 0
    for _, loss in curve:
        lowest = min(lowest, loss)
        above = above + 1 if loss > lowest + limit else 0
        # Counted once, however long the loss stays above.
        found += above == DIVERGED_POINTS
    return found


def rising_since(training: Curve, held_out: Curve) -> float | None:
    """The step of the best held-out loss, when it rises from there while training falls."""
    if not held_out:
        return None
    turn, _ = best(held_out)
    late, late_training = [[p for p in curve if p[0] >= turn] for curve in (held_out, training)]
    if len(late) < 3 or late[-1][1] - late[0][1] <= LEVEL * _range(held_out):
        return None
    rises, falls = slope(late), slope(late_training)
    is_overfit = rises is not None and falls is not None and rises > 0 > falls
    return turn if is_overfit else None


def _range(curve: Curve) -> float:
    losses = [loss for _, loss in curve]
    return max(losses) - min(losses)


def _steadiness(share: float) -> str:
    if share < CALM:
        return "calm"
    return f"{'wavers' if share < UNEASY else 'vacillates'} ({share:.2f})"


def _counted(count: int) -> str:
    return f"{count or 'no'} divergence{'s' if count > 1 else ''}"


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
    # A set: with only one common step all places are the same.
    places = sorted({start + (stop - start) * n / count for n in range(1, count + 1)})
    rows = [(place, value_at(first, place), value_at(second, place)) for place in places]
    return [Beside(at, a, b) for at, a, b in rows if a is not None and b is not None]
