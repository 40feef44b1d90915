"""The queue of work without a record, and how it gathers takes into batches.

Takes of one checkpoint may be cheaper together, in lock-step. When a worker is free, the queued
takes are divided evenly among the idle workers, longest first and with similar lengths together, up
to the batch size from which the family gains. Everything that can be known to be ready is queued
before that. Work that other takes wait for (a prime, a checkpoint) goes before takes, so that more
takes can join a batch; this costs nothing, because no worker is left idle. Everything else follows,
the action with the longest way to the end first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from heapq import heappop, heappush

from approx_build.execution.work import Work
from approx_build.plan.graph import Action, Graph, Kind


class Queue:
    """Work that is ready to run. `ways` is the seconds from each action to the end of the build.

    `lock_step` returns how many takes like a given one are generated faster together, at most.
    """

    def __init__(
        self, graph: Graph, paths: Mapping[str, float], lock_step: Callable[[Action], int]
    ) -> None:
        self._lock_step = lock_step
        self._feeds_takes = feeding_takes(graph)
        self._paths = paths
        # The target is the last item, so that equal ranks have one order on every machine.
        self._heap: list[tuple[int, float, str]] = []
        self._work: dict[str, Work] = {}
        self._takes: dict[str, set[str]] = {}

    def __len__(self) -> int:
        return len(self._work)

    def push(self, work: Work) -> None:
        """Add work."""
        self._work[work.action.target] = work
        if work.action.kind is Kind.TAKE:
            self._takes.setdefault(work.digests["checkpoint"], set()).add(work.action.target)
        self._line_up(work)

    def pop(self, idle: int) -> list[Work]:
        """The next batch when `idle` workers are free; empty when the queue is empty."""
        while self._heap:
            # A take that left with an earlier batch is still in the heap: it is skipped here,
            # because removing it from the middle of a heap is slow.
            target = heappop(self._heap)[-1]
            if target in self._work:
                batch = [self._work.pop(each) for each in self._batch_of(target, idle)]
                if target in self._work:  # longer takes of its checkpoint go before it
                    self._line_up(self._work[target])
                return batch
        return []

    def _line_up(self, work: Work) -> None:
        target = work.action.target
        heappush(self._heap, (self._rank(work), -self._paths.get(target, 0.0), target))

    def _rank(self, work: Work) -> int:
        if work.action.target in self._feeds_takes:
            return 0
        return 1 if work.action.kind is Kind.TAKE else 2

    def _batch_of(self, target: str, idle: int) -> Collection[str]:
        action = self._work[target].action
        if action.kind is not Kind.TAKE:
            return [target]
        group = self._takes[self._work[target].digests["checkpoint"]]
        longest_first = sorted(group, key=lambda each: (-self._work[each].size, each))
        # Rounded up: every idle worker gets an equal share, and no take is left over.
        batch = longest_first[: min(self._lock_step(action), -(-len(group) // idle))]
        group.difference_update(batch)
        return batch


def feeding_takes(graph: Graph) -> set[str]:
    """The actions that some take depends on, directly or indirectly."""
    feeding: set[str] = set()
    todo = [s for action in graph if action.kind is Kind.TAKE for s in action.inputs.values()]
    while todo:
        target = todo.pop()
        if target in graph.actions and target not in feeding:
            feeding.add(target)
            todo.extend(graph.actions[target].inputs.values())
    return feeding


def critical_paths(graph: Graph, seconds: Mapping[str, float]) -> dict[str, float]:
    """For each action, the seconds of the longest chain from its start to the end of the build."""
    readers, paths = graph.consumers(), dict[str, float]()
    # Readers first, so that their ways are known.
    for target in reversed(graph.order()):
        paths[target] = seconds[target] + max((paths[r] for r in readers[target]), default=0.0)
    return paths
