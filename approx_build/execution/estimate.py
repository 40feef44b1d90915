"""Estimates: how long actions take, from the store's history, and how much of a build remains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from statistics import median
from typing import NamedTuple

from approx_build.plan.graph import Action, Graph, Kind
from approx_build.store.journal import Entry

RUNS_LOOKED_AT = 50
"""Estimates use the latest actions of a kind, because machines and kernels change."""
_TRUSTED = 0.1
"""Share of the work of a kind after which the timings of a build replace those of the store."""


@dataclass(frozen=True, slots=True)
class Remaining:
    """The remaining time, if every action that was not looked up yet must run.

    `seconds` is the time of all actions of known kinds divided by the jobs; `unknown` is the number
    of actions of kinds without any timing, which are not included.
    """

    actions: int
    seconds: float
    unknown: int


class Pace(NamedTuple):
    """Seconds of an action: some for each action, and some for each unit of work."""

    overhead_s: float
    unit_s: float

    @classmethod
    def of(cls, runs: Sequence[tuple[float, float]]) -> Pace:
        """The line through the (units, seconds) of some runs that a few odd ones do not move.

        Its slope is the median of the slopes between all pairs of runs (Theil, 1950; Sen, 1968),
        where pairs count by their distance: small actions say little of large ones.
        """
        units = [size for size, _ in runs]
        ratio = median(seconds / size for size, seconds in runs)
        if max(units) <= 2 * min(units):
            return cls(0.0, ratio)
        slope = _weighted_median(_slopes(runs))
        if slope <= 0:
            return cls(0.0, sum(seconds for _, seconds in runs) / sum(units))
        overhead = median(seconds - slope * size for size, seconds in runs)
        return cls(max(0.0, overhead), slope)

    def seconds(self, units: float, count: int = 1) -> float:
        """Seconds of `count` actions that are `units` of work together."""
        return count * self.overhead_s + units * self.unit_s


def _slopes(runs: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The slope between each pair of runs of different size, and the difference of their sizes."""
    pairs = ((*sorted(pair),) for pair in combinations(runs, 2))
    return [
        ((after[1] - before[1]) / (after[0] - before[0]), after[0] - before[0])
        for before, after in pairs
        if after[0] > before[0]
    ]


def _weighted_median(pairs: Iterable[tuple[float, float]]) -> float:
    """The value below which lies half of the weight, of (value, weight) pairs."""
    ordered = sorted(pairs)
    left = sum(weight for _, weight in ordered) / 2
    for value, weight in ordered:
        left -= weight
        if left <= 0:
            return value
    return ordered[-1][0]


@dataclass(frozen=True)
class History:
    """How long actions of each kind took in this store."""

    pace: dict[str, Pace] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> History:
        """The history in the entries of a journal."""
        runs: dict[str, list[tuple[float, float]]] = {}
        for entry in entries:
            # Actions that were found in the store have 0 seconds and would make the estimate too
            # low.
            if entry.seconds > 0 and entry.size > 0:
                runs.setdefault(entry.kind, []).append((entry.size, entry.seconds))
        return cls({kind: Pace.of(each[-RUNS_LOOKED_AT:]) for kind, each in runs.items()})

    def estimate(self, kind: Kind, size: float = 1.0) -> float | None:
        """Estimated seconds of an action of `size` units; None for a kind without timings."""
        pace = self.pace.get(kind.value)
        return None if pace is None else pace.seconds(size)


@dataclass
class _Work:
    """The actions of a kind: those still to do, and those that ran."""

    count: int = 0
    units: float = 0.0
    ran: int = 0
    ran_units: float = 0.0
    ran_s: float = 0.0


class RemainingWork:
    """The remaining work of a build.

    Its own timings correct those of the store: they count fully once as much work of their kind was
    done as a tenth of what the build began with.
    """

    def __init__(self, graph: Graph, sizes: Mapping[str, float], history: History) -> None:
        self._sizes, self._pace = sizes, history.pace
        self._open = {action.target for action in graph}
        self._work: dict[str, _Work] = {}
        for action in graph:
            work = self._work.setdefault(action.kind.value, _Work())
            work.count += 1
            work.units += sizes[action.target]
        self._all = {kind: work.units for kind, work in self._work.items()}

    def done(self, action: Action, seconds: float | None) -> None:
        """Note a finished action; `seconds` is given if it ran."""
        work, size = self._work[action.kind.value], self._sizes[action.target]
        # An action with a damaged object is made again, and is done twice.
        if action.target in self._open:
            self._open.remove(action.target)
            work.count -= 1
            work.units -= size
        if seconds is not None:
            work.ran += 1
            work.ran_units += size
            work.ran_s += seconds

    def remaining(self, jobs: int) -> Remaining:
        """The remaining time with `jobs` workers."""
        left = {kind: self._seconds(kind) for kind, work in self._work.items() if work.count}
        known = sum(seconds for seconds in left.values() if seconds is not None)
        unknown = sum(self._work[kind].count for kind, each in left.items() if each is None)
        count = sum(work.count for work in self._work.values())
        return Remaining(count, known / max(1, jobs), unknown)

    def _seconds(self, kind: str) -> float | None:
        """Estimated seconds of all open actions of a kind; None if none was ever timed."""
        work, pace = self._work[kind], self._pace.get(kind)
        # Sums of differences may end slightly below zero.
        units = max(0.0, work.units)
        if pace is None:
            if not work.ran:
                return None
            mean = work.ran_s / work.ran_units if work.ran_units else 0.0
            return units * mean if mean else work.count * work.ran_s / work.ran
        expected = pace.seconds(units, work.count)
        predicted = pace.seconds(work.ran_units, work.ran)
        if predicted <= 0:
            return expected
        share = min(1.0, work.ran_units / (_TRUSTED * self._all[kind])) if self._all[kind] else 0.0
        return expected * (1 - share + share * work.ran_s / predicted)
