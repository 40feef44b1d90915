"""Commands of the store: what one is made of, and the table of those that exist."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from approx_build.errors import UsageError
from approx_build.units import size

if TYPE_CHECKING:
    from approx_build.store.census import Amount
    from approx_build.store.store import Store
    from approx_build.store.watch import Watch

COMMANDS = {
    "check": "approx_build.project.store.check:COMMAND",
    "sizes": "approx_build.project.store.sizes:COMMAND",
    "gc": "approx_build.project.store.gc:COMMAND",
}
"""Where each command is, as `module:name`, in the order of the help."""


class Kind(Enum):
    """What a person types for an option, and what a command gets."""

    FLAG = None
    """Nothing; the command gets True."""
    AGE = "AGE"
    """An age such as 30d; the command gets seconds."""
    SIZE = "SIZE"
    """A size such as 20GB; the command gets bytes."""
    FOLDER = "DIR"
    """A folder; the command gets its path."""


@dataclass(frozen=True)
class Option:
    """How an option is offered to a person: its name without the unit, and its help."""

    name: str
    help: str
    kind: Kind = Kind.FLAG
    default: str | None = None
    """What is typed by default, where the field has a default."""


def option(
    name: str, text: str, kind: Kind = Kind.FLAG, default: str | None = None
) -> Mapping[str, Option]:
    """The metadata of a field of a command's options."""
    return {"option": Option(name, text, kind, default)}


@dataclass(frozen=True)
class OpenStore:
    """An open store and what a command needs to know besides its options."""

    store: Store
    root: Path
    """The folder of the project."""
    out: Path
    """The folder of its renders."""
    jobs: int
    today: date
    watch: Watch


class Result(Protocol):
    """What a command returns."""

    @property
    def is_intact(self) -> bool:
        """Whether the store is in order, as far as the command has looked."""

    def as_json(self) -> dict[str, Any]:
        """The result for programs."""

    def lines(self) -> Iterator[str]:
        """The result for people."""

    def problems(self) -> Iterator[str]:
        """The lines that a person needs even when asking for quiet."""


@dataclass(frozen=True)
class StoreCommand:
    """A command of the store; the first sentence of its docstring is its help."""

    run: Callable[[OpenStore, Any], Result]
    options: type
    """A frozen dataclass. The metadata of each field is an `option`."""
    settings: frozenset[str] = frozenset()
    """Which of the settings `out` and `jobs` it reads."""


def command(name: str) -> StoreCommand:
    """The command of that name; UsageError when none has it."""
    if name not in COMMANDS:
        raise UsageError(f"there is no store command {name!r}; there are {', '.join(COMMANDS)}")
    module, _, attribute = COMMANDS[name].partition(":")
    return cast("StoreCommand", getattr(import_module(module), attribute))


def amount_json(found: Amount) -> dict[str, int]:
    """Files and bytes for programs."""
    return {"count": found.count, "bytes": found.size}


def row(name: str, amount: Amount, width: int, more: str = "") -> str:
    """A line of a table: a name, how many files, and their bytes."""
    return f"  {name:<{width}}  {amount.count:>8,}  {size(amount.size):>8}{more}".rstrip()
