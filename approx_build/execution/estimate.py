"""Estimates: how long actions take, from the store's history, and how much of a build remains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median

from approx_build.plan.graph import Action, Graph, Kind
from approx_build.store.journal import Entry

RUNS_LOOKED_AT = 50
"""Estimates use the latest actions of a kind, because machines and kernels change."""


@dataclass(frozen=True, slots=True)
class Remaining:
    """The remaining time, if every action that was not looked up yet must run.

    `seconds` is the time of all actions of known kinds divided by the jobs; `unknown` is the number
    of actions of kinds without any timing, which are not included.
    """

    actions: int
    seconds: float
    unknown: int


@dataclass(frozen=True)
class History:
    """Median seconds per unit of work of each kind of action, in the history of this store."""

    pace: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> History:
        """The history in the entries of a journal."""
        runs: dict[str, list[float]] = {}
        for entry in entries:
            # Actions that were found in the store have 0 seconds and would make the estimate too
            # low.
            if entry.seconds > 0 and entry.size > 0:
                runs.setdefault(entry.kind, []).append(entry.seconds / entry.size)
        # The median, because one run on a busy machine would dominate a mean.
        return cls({kind: median(each[-RUNS_LOOKED_AT:]) for kind, each in runs.items()})

    def estimate(self, kind: Kind, size: float = 1.0) -> float | None:
        """Estimated seconds of an action of `size` units; None for a kind without timings."""
        pace = self.pace.get(kind.value)
        return None if pace is None else pace * size


class RemainingWork:
    """The remaining work of a build; for kinds without history it learns from its own timings."""

    def __init__(self, graph: Graph, sizes: Mapping[str, float], history: History) -> None:
        self._sizes = sizes
        self._pace = dict(history.pace)
        self._measured: dict[str, tuple[float, float]] = {}  # kind -> seconds, units
        self._open = {action.target for action in graph}
        self._counts: dict[str, int] = {}
        self._units: dict[str, float] = {}
        for action in graph:
            kind = action.kind.value
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._units[kind] = self._units.get(kind, 0.0) + sizes[action.target]

    def done(self, action: Action, seconds: float | None) -> None:
        """Note a finished action; `seconds` is given if it ran."""
        kind, size = action.kind.value, self._sizes[action.target]
        # An action with a damaged object is made again, and is done twice.
        if action.target in self._open:
            self._open.remove(action.target)
            self._counts[kind] -= 1
            self._units[kind] -= size
        # Timings of the store are better than the first few of this build, so they are not
        # replaced.
        if seconds is not None and (kind not in self._pace or kind in self._measured):
            spent, units = self._measured.get(kind, (0.0, 0.0))
            self._measured[kind] = spent + seconds, units + size
            self._pace[kind] = (spent + seconds) / (units + size) if units + size else 0.0

    def remaining(self, jobs: int) -> Remaining:
        """The remaining time with `jobs` workers."""
        left = [kind for kind, count in self._counts.items() if count]
        # Sums of differences may end slightly below zero.
        known = sum(max(0.0, self._units[kind]) * self._pace.get(kind, 0.0) for kind in left)
        unknown = sum(self._counts[kind] for kind in left if kind not in self._pace)
        return Remaining(sum(self._counts.values()), known / max(1, jobs), unknown)
