"""The history of a build: sizes and durations of its actions, and new entries of the journal."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from approx_build.errors import StoreError
from approx_build.execution.estimate import History, Remaining, RemainingWork
from approx_build.plan.graph import Action, Graph
from approx_build.store.journal import Entry, Journal
from approx_build.store.records import Record


class Ledger:
    """Reads the journal once, and writes it in batches."""

    def __init__(self, graph: Graph, journal: Journal, size: Callable[[Action], float]) -> None:
        entries = list(journal)
        self._journal = journal
        self._latest = {entry.target: entry.key for entry in entries}
        self._new: list[Entry] = []
        self._sizes = {action.target: size(action) for action in graph}
        self._history = History.of(entries)
        self._remaining = RemainingWork(graph, self._sizes, self._history)

    def size(self, target: str) -> float:
        """Units of work of an action."""
        return self._sizes[target]

    def guesses(self, graph: Graph) -> dict[str, float]:
        """Estimated seconds of each action; one second for kinds without history."""
        sizes, history = self._sizes, self._history
        return {a.target: history.estimate(a.kind, sizes[a.target]) or 1.0 for a in graph}

    def done(self, action: Action, record: Record, was_run: bool) -> None:
        """Note that an action is done."""
        size = self._sizes[action.target]
        self._remaining.done(action, record.seconds if was_run else None)
        # Reused actions with the known key say nothing new, and nothing-to-do builds would fill the
        # journal.
        if was_run or self._latest.get(action.target) != record.key:
            seconds = record.seconds if was_run else 0.0
            entry = Entry(action.target, record.key, action.kind.value, seconds, size)
            self._latest[action.target] = record.key
            self._new.append(entry)

    def remaining(self, jobs: int) -> Remaining:
        """The remaining work of the build."""
        return self._remaining.remaining(jobs)

    def flush(self) -> None:
        """Write the new entries; if the store cannot be written, they are lost silently."""
        # Taken out first, so that a failed write is not tried again with every flush.
        entries, self._new = self._new, []
        with suppress(StoreError):
            self._journal.append(entries)

    def close(self) -> None:
        """Write the new entries and keep the journal short."""
        self.flush()
        with suppress(StoreError):
            self._journal.compact()
