"""Work: an action that is ready to run, and the result of running it.

The builder sends work to its workers, so all of it can be pickled. Sound is never sent: actions
read objects of the store and write objects to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from approx_build.canonical import Json
from approx_build.errors import Location
from approx_build.files.readlog import Reading
from approx_build.plan.graph import Action
from approx_build.store.records import Record
from approx_build.store.store import Store
from approx_build.visible import Lines, visible


class Report(Protocol):
    """Called with the done fraction of a batch, from 0 to 1, and a description.

    Without a fraction, the text is a warning to print at once.
    """

    def __call__(self, fraction: float | None, words: str = "", /) -> None:
        """Report progress; call it as often as you like."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A file of the project as it was when it was read."""

    path: str
    reading: Reading

    @property
    def digest(self) -> str:
        """The digest of its bytes."""
        return self.reading.digest


@dataclass(frozen=True, slots=True)
class Work:
    """An action whose inputs are done. Its parameters are those of the manifest."""

    action: Action
    key: str
    manifest: Mapping[str, Json]
    digests: Mapping[str, str]  # role -> digest of that input
    leaves: Mapping[str, Leaf]  # role -> file, for the inputs that are files of the project
    size: float = 1.0  # units of work, for balance and estimates

    def path(self, role: str, store: Store) -> Path:
        """The file to read for the input `role`. Never write to it."""
        if role in self.leaves:
            return Path(self.leaves[role].path)
        return store.objects.path(self.digests[role])


@dataclass(frozen=True, slots=True)
class Result:
    """The outputs of an action: objects by name ("main" is the one that others read), and facts.

    `seconds` is the duration when part of the time was spent in an earlier session.
    """

    outputs: Mapping[str, str]
    facts: Mapping[str, Json] = field(default_factory=dict)
    seconds: float = 0.0


RunActions = Callable[[Sequence[Work], Store, Any, Report], Sequence[Result]]
"""Runs a batch (one action, or takes of one checkpoint in lock-step): results in its order.

The third argument is the options of the builder, as given to the executor.
"""


@dataclass(frozen=True, slots=True)
class Success:
    """An action is done; `was_run` is False when another builder has just made the same."""

    target: str
    record: Record
    was_run: bool


@dataclass(frozen=True, slots=True)
class Failure:
    """An action failed: the reason, the place in the score, and the traceback if it is a bug."""

    target: str
    message: str
    where: Location | None = None
    trace: str = ""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        first, *more = visible(self.message).split("\n")
        trace = self.trace.rstrip().split("\n") if self.trace else []
        return Lines.of([f"{place}{self.target}: {first}", *more, *trace])
