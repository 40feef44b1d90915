"""The errors that a user can cause, and their positions in a score.

    ApproxError             anything that a user can correct
    ├── ScoreError          one or more faults of scores, each with its place
    ├── OpError             a grain operation cannot process its clip
    ├── AudioError          a recording or sound file cannot be used
    ├── ConsentError        a corpus has no valid consent
    ├── ModelError          a checkpoint, network or training cannot be used
    ├── StoreError          the store cannot be read or written
    ├── BuildError          one or more actions failed
    └── UsageError          the caller asks for something impossible

Anything else that is raised is a bug and shows its traceback.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST_SHOWN = 40
"""Faults of an error that its text has; all of them are in `faults`."""


@dataclass(frozen=True, slots=True)
class Location:
    """A position in a text file; line and column count from 1."""

    path: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a score: where, what, and the source line when known."""

    where: Location
    message: str
    source_line: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}"
        if not self.source_line:
            return text
        line = self.source_line.replace("\t", " ")
        return f"{text}\n{line}\n{' ' * (self.where.column - 1)}^"


class ApproxError(Exception):
    """An error that the user can correct; shown without a traceback."""

    def __init__(self, message: str, where: Location | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.message, self.where)


class ScoreError(ApproxError):
    """All faults found in the scores of a piece."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        more = len(faults) - MOST_SHOWN
        shown = [*map(str, faults[:MOST_SHOWN]), *([f"… and {more} more"] if more > 0 else [])]
        super().__init__("\n".join(shown))
        self.faults = tuple(faults)

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.faults,)


class OpError(ApproxError):
    """A grain operation cannot process the clip that it was given."""


class AudioError(ApproxError):
    """A recording or sound file is missing, corrupt, empty or of a kind that cannot be used."""


class ConsentError(ApproxError):
    """A corpus has no consent record, or one that does not allow the use."""


class ModelError(ApproxError):
    """A model, checkpoint or training run cannot be used."""


class StoreError(ApproxError):
    """The store cannot be read or written."""


class BuildError(ApproxError):
    """One or more actions of a build failed."""


class UsageError(ApproxError):
    """The caller asks for something that does not exist or cannot be done."""


def reason(error: BaseException) -> str:
    """What an error says, without the number of the system's call."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error)


def argument(name: str, value: object = "") -> str:
    """An argument of the Python API in a message, as `jobs=2`; `cli` prints its option instead.

    After a command in backquotes and "with", `cli` adds the option to the command.
    """
    return f"`{name}={value}`"
