"""The relay: the progress of a build in another process, a line of JSON for each event."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, TextIO

from approx_build.errors import ApproxError, BuildError, Location
from approx_build.execution.estimate import Remaining
from approx_build.execution.result import Built
from approx_build.execution.work import Failure
from approx_build.plan.graph import Action, Graph
from approx_build.project.observer import Observer
from approx_build.visible import Lines


class Relay(Observer):
    """Writes the events of a build, for `relayed` in the process that started this one."""

    def __init__(self, lines: TextIO) -> None:
        self._lines = lines

    def failed(self, error: ApproxError) -> None:
        """The work as a whole failed."""
        where = asdict(error.where) if error.where else None
        # As a list: the parent makes `Lines` of it again, whose breaks are shown as breaks.
        self._send("failed", error.message.split("\n"), where)

    def activity(self, words: str) -> None:
        """Pass it on."""
        self._send("activity", words)

    def waiting(self, words: str) -> None:
        """Pass it on."""
        self._send("waiting", words)

    def started(self, total: int, jobs: int) -> None:
        """Pass it on."""
        self._send("started", total, jobs)

    def action_started(self, action: Action) -> None:
        """Pass it on."""
        self._send("action_started", action.target)

    def action_progress(self, action: Action, fraction: float, words: str = "") -> None:
        """Pass it on."""
        self._send("action_progress", action.target, fraction, words)

    def action_remark(self, action: Action, words: str) -> None:
        """Pass it on."""
        self._send("action_remark", action.target, words)

    def action_done(
        self, action: Action, was_run: bool, seconds: float, remaining: Remaining
    ) -> None:
        """Pass it on."""
        self._send("action_done", action.target, was_run, seconds, asdict(remaining))

    def action_failed(self, failure: Failure) -> None:
        """Pass it on."""
        self._send("action_failed", failure.target, failure.message.split("\n"))

    def stopping(self, trainings: Sequence[str]) -> None:
        """Pass it on."""
        self._send("stopping", list(trainings))

    def finished(self, built: Built) -> None:
        """Pass it on, without what came of the build."""
        self._send("finished")

    def _send(self, event: str, *values: Any) -> None:
        self._lines.write(f"{json.dumps([event, *values])}\n")
        # The other process must see each event when it happens.
        self._lines.flush()


def relayed(lines: Iterable[str], graph: Graph, observer: Observer) -> ApproxError | None:
    """Give the events in `lines` to `observer` until they end; why the work failed, if it did.

    The other process builds actions of `graph`.
    """
    problem = None
    for line in lines:
        event, *values = json.loads(line)
        match event:
            case "failed":
                where = Location(**values[1]) if values[1] else None
                problem = BuildError(Lines.of(values[0]), where)
            case "action_done":
                target, was_run, seconds, remaining = values
                left = Remaining(**remaining)
                observer.action_done(graph.actions[target], was_run, seconds, left)
            case "action_failed":
                observer.action_failed(Failure(values[0], Lines.of(values[1])))
            case "finished":
                observer.finished(Built())
            case "action_started":
                observer.action_started(graph.actions[values[0]])
            case "action_progress":
                observer.action_progress(graph.actions[values[0]], *values[1:])
            case "action_remark":
                observer.action_remark(graph.actions[values[0]], *values[1:])
            case "started":
                observer.started(*values)
            case "waiting":
                observer.waiting(*values)
            case "stopping":
                observer.stopping(*values)
            case "activity":
                observer.activity(*values)
    return problem
