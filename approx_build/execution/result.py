"""Options, states and results of a build."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from approx_build.errors import BuildError
from approx_build.execution.work import Failure
from approx_build.files.readlog import ReadLog
from approx_build.plan.graph import Action
from approx_build.store.records import Record
from approx_build.visible import Lines


class State(enum.Enum):
    """The state of an action."""

    WAITING = "waiting"  # an input is not done
    READY = "ready"  # its inputs are done, so its key can be computed and looked up
    QUEUED = "queued"  # its key has no record: it must run
    RUNNING = "running"  # given to the executor, or equal to an action that was
    DONE = "done"  # has a record: its digest is known
    FAILED = "failed"  # ran and failed, or could not be run
    SKIPPED = "skipped"  # needs an action that failed


def one(_action: Action) -> int:
    """The default size of an action, and the default number of takes in a batch."""
    return 1


@dataclass(frozen=True)
class BuildOptions:
    """Options of a build; none of them changes a sample."""

    root: Path  # of the project; leaves are relative to it
    keep_going: bool = False  # after a failure, build what does not depend on it
    size: Callable[[Action], float] = one  # units of work, for balance and estimates
    lock_step: Callable[[Action], int] = (
        one  # how many takes like a given one fit one batch, at most
    )
    verified: frozenset[str] | None = (
        None  # targets whose objects must be undamaged; None: all wanted
    )
    log: ReadLog | None = None  # what planning has read; None: nothing


@dataclass
class Built:
    """The result of a build, by target."""

    records: dict[str, Record] = field(default_factory=dict)  # everything that is done
    ran: list[str] = field(default_factory=list)  # in the order in which they ended
    reused: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)  # needs an action that failed
    is_interrupted: bool = False
    seconds: float = 0.0

    def check(self) -> None:
        """BuildError with all failures, if there are any."""
        if len(self.failures) == 1:
            failure = self.failures[0]
            # The error prints its place itself.
            raise BuildError(str(replace(failure, where=None)), failure.where)
        if self.failures:
            head = f"{len(self.failures)} actions failed:"
            raise BuildError(Lines.of([head, *map(str, self.failures)]))
