"""The errors that a user can cause, and their positions in a score.

    ApproxError             anything that a user can correct
    ├── ScoreError          one or more faults of scores, models or records, each with its place
    │   └── ConsentError    a corpus has no valid consent
    ├── OpError             a grain operation cannot process its clip
    ├── AudioError          a recording or sound file cannot be used
    ├── ModelError          a checkpoint, network or training cannot be used
    ├── StoreError          the store cannot be read or written
    ├── BuildError          one or more actions failed
    └── UsageError          the caller asks for something impossible

Anything else that is raised is a bug and shows its traceback.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from approx_build.visible import Lines, visible

MOST_SHOWN = 40
"""Faults of an error that its text has; all of them are in `faults`."""
MOST_FOUND = 1000
"""Faults of a file or a check after which no more are searched."""


@dataclass(frozen=True, slots=True)
class Location:
    """A position in a text file; line and column count from 1."""

    path: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{visible(self.path)}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Edit:
    """A correction of a text whose right form is certain: at `where`, `right` for `wrong`."""

    where: Location
    wrong: str
    right: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a score: where, what, the source line when known, and its correction."""

    where: Location
    message: str
    source_line: str = ""
    edits: tuple[Edit, ...] = ()

    def __str__(self) -> str:
        text = f"{self.where}: {visible(self.message)}"
        if not self.source_line:
            return text
        # A tab has no fixed width, and escaped characters are longer than one column.
        line, before = self.source_line.replace("\t", " "), self.where.column - 1
        return Lines.of([text, line, f"{' ' * len(visible(line[:before]))}^"])


class ApproxError(Exception):
    """An error that the user can correct; shown without a traceback.

    Its message is one line unless it is `Lines`.
    """

    def __init__(self, message: str, where: Location | None = None) -> None:
        self.message = visible(message)
        self.where = where
        super().__init__(self.message)

    def __str__(self) -> str:
        if self.where is None:
            return self.message
        first, *more = self.message.split("\n")
        return Lines.of([f"{self.where}: {first}", *more])

    def rewritten(self, change: Callable[[str], str]) -> ApproxError:
        """The same error with `change` made to its texts."""
        return type(self)(change(self.message), self.where)

    def more(self, words: str) -> ApproxError:
        """The same error that says `words` besides."""
        longer = f"{self.message}; {visible(words)}"
        return type(self)(Lines(longer) if isinstance(self.message, Lines) else longer, self.where)

    # Without it a copy in another process would be made from the text alone.
    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.message, self.where)


class ScoreError(ApproxError):
    """All faults found in the scores of a piece, or in a model or record."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        shown = [*map(str, faults[:MOST_SHOWN])]
        if (more := len(faults) - MOST_SHOWN) > 0:
            least = "at least " if len(faults) >= MOST_FOUND else ""
            shown.append(f"… and {least}{more} more")
        super().__init__(Lines.of(shown))
        self.faults = tuple(faults)

    def rewritten(self, change: Callable[[str], str]) -> ApproxError:
        """The same error with `change` made to the messages and paths of its faults."""
        return type(self)(
            [
                replace(
                    fault,
                    where=replace(fault.where, path=change(fault.where.path)),
                    message=change(fault.message),
                )
                for fault in self.faults
            ]
        )

    def more(self, words: str) -> ApproxError:
        """The same error that says `words` besides, with its last fault."""
        *others, last = self.faults
        return type(self)([*others, replace(last, message=f"{last.message}; {words}")])

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.faults,)


class ConsentError(ScoreError):
    """A corpus has no consent record, or one that does not allow a use; faults are at clauses."""


class OpError(ApproxError):
    """A grain operation cannot process the clip that it was given."""


class AudioError(ApproxError):
    """A recording or sound file is missing, corrupt, empty or of a kind that cannot be used."""


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
        return error.strerror[:1].lower() + error.strerror[1:]
    return str(error)


def argument(name: str, value: object = "") -> str:
    """An argument of the Python API in a message, as `jobs=2`; `cli` prints its option instead.

    After a command in backquotes and "with", `cli` adds the option to the command.
    """
    return f"`{name}={value}`"
