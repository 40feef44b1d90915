"""Local executors: run batches of work in this process or in worker processes.

Workers are spawned, not forked: a fork copies the locks of a builder that draws its progress in a
thread. A worker is started when there is work for it, and ends with the builder in every case.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import connection
from multiprocessing.connection import Connection
from typing import Any, cast

from approx_build.errors import argument
from approx_build.execution.executors.base import Batch, BatchEnd, OnProgress
from approx_build.execution.runner import Runner
from approx_build.execution.work import Failure, RunActions
from approx_build.execution.worker import Finished
from approx_build.plan.graph import Kind
from approx_build.process.child import Child, start
from approx_build.process.signals import name_of_signal, was_killed
from approx_build.store.store import Store

WORKER = "approx_build.execution.worker"
FEWER_JOBS = f"set a smaller {argument('jobs')}, then run again"


STOP_S, KEEP_S = 2.0, 120.0
"""How long a worker may take to stop before it is killed; a training saves its state first."""


class InProcess:
    """Runs one batch at a time in this process: for tests, and where no process can be started."""

    slots = 1

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._batch: Batch | None = None

    def idle(self) -> int:
        """1 when no batch is started."""
        return 0 if self._batch else 1

    def start(self, batch: Batch) -> None:
        """Keep the batch for `wait`."""
        self._batch = batch

    def wait(self, on_progress: OnProgress) -> list[BatchEnd]:
        """Run the batch that was started."""
        batch, self._batch = self._batch, None
        if batch is None:
            return []

        def report(fraction: float | None, words: str = "", /) -> None:
            on_progress(batch, fraction, words)

        return [BatchEnd(batch, self._runner.run_batch(batch, report))]

    def close(self) -> None:
        """Nothing runs between calls."""


def in_process(
    slots: int,
    run: RunActions,
    store: Store,
    options: Any = None,
    toolchain: Mapping[str, str] = {},
) -> InProcess:
    """Runs everything here, one batch at a time, for any number of slots, on its own store view."""
    # Its own view, as a worker has: what it has verified must not count as verified by the builder.
    return InProcess(Runner(run, Store(store.root), options, toolchain))


@dataclass
class _Worker:
    child: Child
    pipe: Connection
    batch: Batch | None = None


@dataclass
class Processes:
    """Runs batches in up to `slots` worker processes."""

    slots: int
    run: RunActions
    store: Store
    options: Any = None
    toolchain: Mapping[str, str] = field(default_factory=dict)
    _workers: list[_Worker] = field(default_factory=list)

    def idle(self) -> int:
        """How many workers are idle, including those that are not started yet."""
        return self.slots - sum(worker.batch is not None for worker in self._workers)

    def start(self, batch: Batch) -> None:
        """Give the batch to an idle worker, or to a new one."""
        worker = self._free() or self._start_worker()
        worker.batch = batch
        # `wait` detects a worker that ends at this moment.
        with suppress(OSError):
            worker.pipe.send(batch)

    def wait(self, on_progress: OnProgress) -> list[BatchEnd]:
        """Wait until a worker reports something or ends."""
        busy = [worker for worker in self._workers if worker.batch is not None]
        # The pipe of a worker that has ended can be read, too: it reports end of file.
        readable = connection.wait([worker.pipe for worker in busy])
        ended = []
        for worker in busy:
            if worker.pipe in readable:
                ended += self._receive(worker, on_progress)
        return ended

    def close(self) -> None:
        """End idle workers, and stop the others during their work.

        If this is interrupted, too, end all of them at once.
        """
        try:
            for worker in self._workers:
                # Closing the pipe ends an idle worker, because its `recv` reads end of file.
                if worker.batch is None:
                    worker.pipe.close()
                elif worker.child.code is None:
                    worker.child.process.terminate()
            for worker in self._workers:
                # A training that was asked to stop still reports: its pipe stays open until it has
                # ended.
                worker.child.wait(KEEP_S if _trains(worker) else STOP_S)
        finally:
            for worker in self._workers:
                worker.child.end()
                worker.pipe.close()
            self._workers.clear()
            self.store.drafts.sweep()

    def _free(self) -> _Worker | None:
        # A list, because `_bury` removes workers from the original.
        for worker in [worker for worker in self._workers if worker.batch is None]:
            if worker.child.code is None:
                return worker
            # It ended while idle, so no work is lost.
            self._dismiss(worker)
        return None

    def _start_worker(self) -> _Worker:
        ours, theirs = connection.Pipe()
        with theirs:
            # Our copy of the other end is closed after this: otherwise the pipe would never report
            # the end.
            child = start(WORKER, str(theirs.fileno()), handles=[theirs.fileno()])
        worker = _Worker(child, ours)
        self._workers.append(worker)
        # `wait` detects a worker that ends immediately.
        with suppress(OSError):
            ours.send((self.run, self.store.root, self.options, dict(self.toolchain)))
        return worker

    def _receive(self, worker: _Worker, on_progress: OnProgress) -> list[BatchEnd]:
        batch = worker.batch
        assert batch is not None
        try:
            # The pipe of an ended worker may still contain its last reports.
            message = worker.pipe.recv() if worker.pipe.poll() else None
        except (EOFError, OSError):
            message = None
        if message is None:
            return self._lost(worker, batch)
        if isinstance(message, Finished):
            worker.batch = None
            return [BatchEnd(batch, message.made)]
        on_progress(batch, *message)
        return []

    def _lost(self, worker: _Worker, batch: Batch) -> list[BatchEnd]:
        self._dismiss(worker)
        how = _how_it_ended(worker.child.code, batch, self.options)
        names = ", ".join(work.action.target for work in batch[:4])
        more = f" and {len(batch) - 4} more" if len(batch) > 4 else ""
        message = f"the worker that was building {names}{more} {how}"
        return [BatchEnd(batch, [Failure(w.action.target, message, w.action.where) for w in batch])]

    def _dismiss(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.pipe.close()
        worker.child.wait(STOP_S)
        worker.child.end()
        self.store.drafts.sweep()


def _trains(worker: _Worker) -> bool:
    return any(work.action.kind is Kind.TRAIN for work in worker.batch or ())


def _how_it_ended(exit_code: int | None, batch: Batch, options: Any) -> str:
    if was_killed(exit_code):
        # The kernel's out-of-memory killer sends SIGKILL, and leaves no other trace that we could
        # read.
        killed = "was killed (signal 9): out of memory, or by hand"
        return f"{killed}; {_trainings_need(batch, options) or FEWER_JOBS}"
    if exit_code is not None and exit_code < 0:
        return f"was ended by signal {-exit_code} ({name_of_signal(-exit_code)}); run again"
    return f"ended unexpectedly with exit status {exit_code}; run again"


def _trainings_need(batch: Batch, options: Any) -> str:
    """The memory that the trainings of the batch need, as text; empty without a training."""
    for work in batch:
        if work.action.kind is Kind.TRAIN:
            from approx_build.training.memory_estimate import advice_after_kill

            params = cast(Mapping[str, Any], work.action.params)
            return advice_after_kill(
                params,
                threads=options.threads,
                device=options.device,
                processes=options.processes,
            )
    return ""
