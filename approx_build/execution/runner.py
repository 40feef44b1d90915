"""Runs a batch of work: leases, time and memory, records after objects, failures as data."""

from __future__ import annotations

import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from approx_build.errors import ApproxError, StoreError
from approx_build.execution.work import Failure, Report, Result, RunActions, Success, Work
from approx_build.machine import peak_bytes, reset_peak
from approx_build.plan.graph import Action, Kind
from approx_build.process import limits
from approx_build.store.disk import refusal
from approx_build.store.records import Record
from approx_build.store.store import Store
from approx_build.training.torch_requirement import lack_of_torch

LEASE_WAIT_S = 600.0
"""How long a batch waits for another builder with the same actions before it runs them itself."""


@dataclass(frozen=True)
class Runner:
    """Runs batches with `run` against one store; `toolchain` goes into the records."""

    run: RunActions
    store: Store
    options: Any = None
    toolchain: Mapping[str, str] = field(default_factory=dict)

    def run_batch(self, batch: Sequence[Work], report: Report) -> list[Success | Failure]:
        """Run a batch and publish its records; a failure is returned, never raised."""
        # A training waits for an equal one without limit, with a lock of its own.
        leased = (work.key for work in batch if work.action.kind is not Kind.TRAIN)
        with self.store.leases.on(leased, LEASE_WAIT_S, lambda words: report(None, words)):
            # Another builder may have finished some of it in the meantime.
            found = {work.key: self._whole_record(work.key) for work in batch}
            todo = [work for work in batch if found[work.key] is None]
            made: list[Success | Failure] = [
                Success(work.action.target, record, was_run=False)
                for work in batch
                if (record := found[work.key])
            ]
            return made + (self._attempt(todo, report) if todo else [])

    def _attempt(self, batch: Sequence[Work], report: Report) -> list[Success | Failure]:
        try:
            return [*self._run_and_record(batch, report)]
        except Exception as error:
            if len(batch) == 1:
                return [_failure(batch[0].action, error, self.store.root)]
        # One by one, so that the failure belongs to the right action and the others are kept.
        return [made for work in batch for made in self._attempt([work], report)]

    def _run_and_record(self, batch: Sequence[Work], report: Report) -> list[Success]:
        # A worker lives as long as the build: without this, its peak would be that of its largest
        # action.
        reset_peak()
        start, cpu_start = time.perf_counter(), time.process_time()
        results = self.run(batch, self.store, self.options, report)
        seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
        # After the run: only now is it certain that no byte was read from a changed file.
        _check_leaves(batch)
        self._check_outputs(results)
        # Takes of a batch run in lock step, so their own times cannot be measured.
        total = sum(work.size for work in batch) or 1.0
        made = []
        for work, result in zip(batch, results, strict=True):
            share = work.size / total
            spent = max(seconds * share, result.seconds)
            record = self._record(work, result, spent, cpu_seconds * share)
            self.store.records.put(record)
            made.append(Success(work.action.target, record, was_run=True))
        return made

    def _check_outputs(self, results: Sequence[Result]) -> None:
        # A record may only name objects that exist: an action that forgets to store one is a bug.
        for digest in (digest for result in results for digest in result.outputs.values()):
            if not self.store.objects.verify(digest):
                raise RuntimeError(f"the action named object {digest} but did not store it")

    def _record(self, work: Work, result: Result, seconds: float, cpu_seconds: float) -> Record:
        return Record(
            key=work.key,
            manifest=work.manifest,
            outputs=result.outputs,
            facts=result.facts,
            seconds=seconds,
            cpu_seconds=cpu_seconds,
            peak_bytes=peak_bytes(),
            toolchain=self.toolchain,
            created=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        )

    def _whole_record(self, key: str) -> Record | None:
        record = self.store.records.get(key)
        if record and all(map(self.store.objects.verify, record.outputs.values())):
            return record
        return None


def _check_leaves(batch: Sequence[Work]) -> None:
    """StoreError when a file has changed since its key was made: its sound must not be recorded."""
    for leaf in (leaf for work in batch for leaf in work.leaves.values()):
        if not leaf.reading.is_unchanged(leaf.path):
            raise StoreError(f"{leaf.path} changed while it was being used; run again")


def _failure(action: Action, error: Exception, root: Path) -> Failure:
    # An OSError of the system has a number; one that Python code raises has none and is a bug.
    if isinstance(error, OSError) and error.errno is not None:
        error = refusal(error, error.filename or root)
    if isinstance(error, ApproxError):
        return Failure(action.target, error.message, error.where or action.where)
    if message := limits.refusal(error) or lack_of_torch(error):
        return Failure(action.target, message, action.where)
    trace = "".join(traceback.format_exception(error))
    summary = "".join(traceback.format_exception_only(error)).strip()
    return Failure(action.target, summary, action.where, trace)
