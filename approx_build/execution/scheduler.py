"""The scheduler: brings wanted targets up to date and runs only what has no record.

The key of an action contains the digests of its inputs, so it is known only when they are done. If
a rebuilt action gives the same result, nothing after it is rebuilt. A record is trusted without
reading its objects until something needs one: an action about to read it, or the caller who wants
it. A missing or damaged object then sends the action that makes it back to the queue.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from approx_build.errors import ApproxError
from approx_build.execution.executors.base import BatchEnd, Executor
from approx_build.execution.history import Ledger
from approx_build.execution.inputs import Inputs
from approx_build.execution.progress import Progress
from approx_build.execution.queue import Queue, critical_paths
from approx_build.execution.result import BuildOptions, Built, State
from approx_build.execution.up_to_date import remove_drafts
from approx_build.execution.work import Failure, Success, Work
from approx_build.files.readlog import ReadLog
from approx_build.plan.graph import Graph, Kind
from approx_build.store.store import Store

DAMAGED_AGAIN: Final = "its object was damaged again as soon as it was made; is the disk in order?"
CAME_OUT_DIFFERENT: Final = (
    "its object was missing or damaged, and when made again it came out different; "
    "run again to build what depends on it from the new one"
)


class Scheduler:
    """One build of all actions of `graph`."""

    def __init__(
        self,
        graph: Graph,
        wanted: frozenset[str],
        store: Store,
        options: BuildOptions,
        progress: Progress,
    ) -> None:
        graph.check_permitted()
        self.graph, self.store, self.options, self.progress = graph, store, options, progress
        self.built = Built()
        verified = wanted if options.verified is None else wanted & options.verified
        self._wanted = verified & graph.actions.keys()
        self._ledger = Ledger(graph, store.journal, options.size)
        # The log of planning: a file that changed since then must not be read in two versions.
        self._inputs = Inputs(graph, options.root, options.log or ReadLog(store.memo.look))
        ways = critical_paths(graph, self._ledger.guesses(graph))
        self._queue = Queue(graph, ways, options.lock_step)
        self._readers = graph.consumers()
        self._blockers = {action.target: graph.made_inputs(action) for action in graph}
        self._state = dict.fromkeys(graph.actions, State.WAITING)
        self._ready: list[str] = []
        self._twins: dict[str, list[str]] = {}  # key -> targets that one run makes
        self._remade: dict[str, str] = {}  # target sent back once -> the digest that it must have
        self._running = 0  # batches
        self._jobs = 1
        for target in graph.actions:
            self._unblock(target)

    def run(self, executor: Executor) -> Built:
        """Build everything, or until a failure or an interrupt."""
        start = time.monotonic()
        self._jobs = executor.slots
        self.progress.started(len(self.graph), self._jobs)
        try:
            self._advance(executor)
        except KeyboardInterrupt:
            self.built.is_interrupted = True
            running = [t for t, state in self._state.items() if state is State.RUNNING]
            actions = self.graph.actions
            self.progress.stopping([t for t in running if actions[t].kind is Kind.TRAIN])
            raise
        finally:
            executor.close()
            self._ledger.close()
            self.store.memo.save()
            self.built.seconds = time.monotonic() - start
            self.progress.finished(self.built)
        return self.built

    @property
    def _is_stopping(self) -> bool:
        return bool(self.built.failures) and not self.options.keep_going

    def _advance(self, executor: Executor) -> None:
        while True:
            # Everything that can be known is looked up first, so that batches are full.
            while self._ready:
                self._look_up(self._ready.pop())
            if not self._is_stopping:
                self._dispatch(executor)
            if self._running:
                for ended in executor.wait(self._on_progress):
                    self._running -= 1
                    self._handle_end(ended)
                self._ledger.flush()
            # The wanted objects are checked only at the end, when all of them exist.
            elif not self._ready and (self._is_stopping or self._is_intact()):
                return

    def _look_up(self, target: str) -> None:
        """READY -> DONE when its key has a record, else QUEUED."""
        action = self.graph.actions[target]
        try:
            work = self._inputs.work(action, self.built.records, self._ledger.size(target))
        except ApproxError as error:
            self._failed(Failure(target, error.message, error.where or action.where))
            return
        record = self.store.records.get(work.key)
        if record:
            self._done(Success(target, record, was_run=False))
        # Two targets with one key would give one object: the second waits for the first.
        elif work.key in self._twins:
            self._twins[work.key].append(target)
            self._state[target] = State.RUNNING
        else:
            self._twins[work.key] = [target]
            self._state[target] = State.QUEUED
            self._queue.push(work)

    def _dispatch(self, executor: Executor) -> None:
        # Asked again for each batch: the queue divides takes by the number of idle workers.
        while len(self._queue) and (idle := executor.idle()):
            batch = [work for work in self._queue.pop(idle) if self._is_sound(work)]
            if batch:
                executor.start(batch)
                self._running += 1
            for work in batch:
                self._state[work.action.target] = State.RUNNING
                self.progress.action_started(work.action)

    def _is_sound(self, work: Work) -> bool:
        """Whether all objects that the work reads are undamaged; if not, the work waits for them.

        This includes all outputs of its inputs: a checkpoint is one of the outputs of a run.
        """
        target = work.action.target
        broken = {
            source
            for role, source in work.action.inputs.items()
            if role not in work.leaves and not self._is_whole(source)
        }
        if not broken:
            return True
        for twin in self._twins.pop(work.key):
            # The other targets have the same inputs; each of them looks up its key again later.
            if twin != target:
                self._become_ready(twin)
        self._state[target] = State.WAITING
        self._blockers[target] |= broken
        for source in sorted(broken):
            self._remake(source)
        return False

    def _is_intact(self) -> bool:
        """Whether the objects of the wanted targets are undamaged; else those to make are READY."""
        for target in sorted(self._wanted):
            if self._state[target] is State.DONE and not self._is_whole(target):
                self._remake(target)
        return not self._ready

    def _is_whole(self, target: str) -> bool:
        return all(map(self.store.objects.verify, self.built.records[target].outputs.values()))

    def _remake(self, target: str) -> None:
        """Send a DONE action back because its object is missing or damaged."""
        if self._state[target] in (State.FAILED, State.SKIPPED):
            self._skip_readers(target)
        if self._state[target] is not State.DONE:
            return
        record = self.built.records[target]
        # A disk that damages everything would otherwise keep the build running forever.
        if target in self._remade:
            self._failed(Failure(target, DAMAGED_AGAIN, self.graph.actions[target].where))
            return
        self._remade[target] = record.digest
        # Without its record the action counts as missing, and the lookup sends it to the queue.
        self.store.records.remove(record.key)
        self._become_ready(target)

    def _on_progress(self, batch: Sequence[Work], fraction: float | None, words: str) -> None:
        if fraction is None:
            self.progress.action_remark(batch[0].action, words)
            return
        for work in batch:
            self.progress.action_progress(work.action, fraction, words)

    def _handle_end(self, ended: BatchEnd) -> None:
        outcomes = {each.target: each for each in ended.made}
        for work in ended.batch:
            outcome = outcomes[work.action.target]
            if isinstance(outcome, Success):
                for digest in outcome.record.outputs.values():
                    # The worker has verified the objects, so the builder need not read them again.
                    self.store.objects.trust(digest)
            for twin in self._twins.pop(work.key):
                if isinstance(outcome, Failure):
                    self._failed(replace(outcome, target=twin))
                else:
                    # One run is counted once, even if it made several targets.
                    was_run = outcome.was_run and twin == work.action.target
                    self._done(Success(twin, outcome.record, was_run))

    def _done(self, made: Success) -> None:
        target, action = made.target, self.graph.actions[made.target]
        # Readers that are done have keys with the old digest; a new one would contradict them.
        if self._remade.get(target, made.record.digest) != made.record.digest:
            self._failed(Failure(target, CAME_OUT_DIFFERENT, action.where))
            return
        self._state[target] = State.DONE
        self.built.records[target] = made.record
        (self.built.ran if made.was_run else self.built.reused).append(target)
        self._ledger.done(action, made.record, made.was_run)
        seconds = made.record.seconds if made.was_run else 0.0
        remaining = self._ledger.remaining(self._jobs)
        self.progress.action_done(action, made.was_run, seconds, remaining)
        for reader in self._readers[target]:
            self._blockers[reader].discard(target)
            self._unblock(reader)

    def _failed(self, failure: Failure) -> None:
        self._state[failure.target] = State.FAILED
        self.built.failures.append(failure)
        self.progress.action_failed(failure)
        self._skip_readers(failure.target)

    def _skip_readers(self, target: str) -> None:
        failed = [target]
        while failed:
            source = failed.pop()
            for reader in self._readers[source]:
                # After a remake, readers that are done do not wait for the source, and stay done.
                if self._state[reader] is State.WAITING and source in self._blockers[reader]:
                    self._state[reader] = State.SKIPPED
                    self.built.skipped.append(reader)
                    failed.append(reader)

    def _unblock(self, target: str) -> None:
        if self._state[target] is State.WAITING and not self._blockers[target]:
            self._become_ready(target)

    def _become_ready(self, target: str) -> None:
        self._state[target] = State.READY
        self._ready.append(target)


def build(
    graph: Graph,
    wanted: Iterable[str],
    store: Store,
    executor: Executor,
    options: BuildOptions,
    progress: Progress | None = None,
) -> Built:
    """Bring `wanted` up to date, and close the executor.

    Failures are in the result, not raised: see `Built.check`. On KeyboardInterrupt, running actions
    are stopped, finished ones are kept and reported to `progress`, and the interrupt is raised
    again.
    """
    targets = frozenset(wanted)
    part = graph.needed(targets)
    part.check()
    progress = progress or Progress()
    # A collection at the same time would remove objects that this build is about to reuse.
    with store.leases.in_use(progress.waiting):
        store.drafts.sweep()
        remove_drafts(str(store.root / "states"))
        return Scheduler(part, targets, store, options, progress).run(executor)
