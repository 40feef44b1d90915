"""The relay: what a build reports in another process arrives as it was."""

from __future__ import annotations

import io
from typing import Any

from approx_build.errors import ApproxError, Location
from approx_build.execution.estimate import Remaining
from approx_build.execution.progress import Progress
from approx_build.execution.result import Built
from approx_build.execution.work import Failure
from approx_build.plan.graph import Action, Graph, Kind
from approx_build.project.observer import Observer
from approx_build.project.relay import Relay, relayed

ACTION = Action("1-foam/mix", Kind.MIX, {})
GRAPH = Graph()
GRAPH.add(ACTION)


class Noting(Observer):
    """Keeps what it receives."""

    def __init__(self) -> None:
        self.seen: list[tuple[Any, ...]] = []

    def __getattribute__(self, name: str) -> Any:
        if name not in {*vars(Progress), "activity"} or name.startswith("_"):
            return super().__getattribute__(name)
        return lambda *values: self.seen.append((name, *values))


EVENTS: list[tuple[Any, ...]] = [
    ("activity", "drawing without kernels"),
    ("waiting", "another builder is at work"),
    ("started", 3, 2),
    ("action_started", ACTION),
    ("action_progress", ACTION, 0.5, "step 2 of 4"),
    ("action_remark", ACTION, "the file is old"),
    ("action_done", ACTION, True, 1.5, Remaining(2, 3.0, 1)),
    ("action_failed", Failure("1-foam/mix", "it broke")),
    ("stopping", ["models/tiny/run"]),
]


def test_every_event_arrives_as_it_was() -> None:
    lines, seen = io.StringIO(), Noting()
    relay = Relay(lines)
    for name, *values in EVENTS:
        getattr(relay, name)(*values)
    relay.finished(Built())
    assert relayed(io.StringIO(lines.getvalue()), GRAPH, seen) is None
    assert seen.seen[:-1] == EVENTS
    assert seen.seen[-1][0] == "finished"
    told = {name for name, *_ in seen.seen}
    assert told == {name for name in vars(Progress) if not name.startswith("_")} | {"activity"}


def test_why_the_work_failed_arrives_with_its_place() -> None:
    lines = io.StringIO()
    Relay(lines).failed(ApproxError("a recording is gone", Location("pieces/tide.yaml", 7, 3)))
    problem = relayed(io.StringIO(lines.getvalue()), GRAPH, Observer())
    assert str(problem) == "pieces/tide.yaml:7:3: a recording is gone"
