"""`compose`: what the generators of a part write, as events to edit by hand, and how."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from approx_build.errors import UsageError, argument
from approx_build.project.piece import Piece
from approx_build.project.settings import Settings
from approx_build.yaml_source.spelling import choices
from approx_build.yaml_source.tables import flow

if TYPE_CHECKING:
    from approx_build.score.expansion import Written
    from approx_build.score.movement import LoadedMovement


@dataclass(frozen=True)
class ComposedPart:
    """The events of the generators of one part; `path` is the movement's, from the project."""

    path: str
    part: str
    written: Sequence[Written]

    def lines(self) -> Iterator[str]:
        """The events as YAML, each with what it is; in place of `compose` they sound the same."""
        yield f"events: # of part {self.part} in {self.path}, in place of its compose"
        for one in self.written:
            for event, label in zip(one.events, one.labels, strict=True):
                yield f"  - {flow(event)} # {label}"

    def log(self) -> Iterator[str]:
        """How each generator came to its events, one after the other."""
        for one in self.written:
            yield from one.log


def compose(
    path: Path, part: str, settings: Settings, movements: Sequence[str] = ()
) -> ComposedPart:
    """What the generators of `part` write; UsageError when it has none, or several movements do."""
    piece = Piece.open(path, settings)
    every = [one.movement for one in piece.movements(movements)]
    having = [one for one in every if part in one.model.parts]
    if not having:
        known = tuple(dict.fromkeys(name for one in every for name in one.model.parts))
        raise UsageError(f"there is no part {part!r}{choices(part, known)}")
    found = [one for one in having if _of(one, part)]
    if not found:
        raise UsageError(f"part {part!r} has no generators; its events are written by hand")
    if len(found) > 1:
        names = ", ".join(f"{one.number} ({one.slug})" for one in found)
        raise UsageError(f"part {part!r} is in movements {names}; choose one by {_ARGUMENT}")
    return ComposedPart(found[0].path, part, _of(found[0], part))


_ARGUMENT = argument("movements")


def _of(movement: LoadedMovement, part: str) -> list[Written]:
    return [one for one in movement.written if one.part == part]
