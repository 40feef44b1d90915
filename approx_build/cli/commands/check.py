"""`check`: validate the scores of a piece without building anything."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from approx_build.cli.arguments import Json, Piece
from approx_build.cli.exit_codes import Exit
from approx_build.cli.messages import print_json
from approx_build.cli.output import print_lines
from approx_build.errors import ApproxError, ScoreError
from approx_build.units import counted

if TYPE_CHECKING:
    from approx_build.project.fix import Change


def check(
    piece: Piece,
    json: Json = False,
    fix: Annotated[
        bool,
        typer.Option("--fix", help="Correct what is certain, such as 3,5 and -6 dB, in the files."),
    ] = False,
) -> None:
    """Validate the scores of a piece: every fault of every file in one run."""
    from approx_build.project.project import Project
    from approx_build.project.settings import Settings

    project = Project.open(piece, Settings.of())
    made = project.fix(piece) if fix else ()
    if not json:
        print_lines(*made)
    try:
        found = project.check(piece)
    except ApproxError as error:
        if not json:
            raise
        print_json({"faults": rows(error), **_changes(made)})
        sys.exit(Exit.FAILED)
    remarks = found.remarks
    if json:
        print_json({"faults": [], "remarks": remarks, **_changes(made)})
        return
    movements = found.lowered.movements
    counts = {
        "movement": len(movements),
        "event": sum(len(part.events) for one in movements for part in one.parts),
        "action": len(found.lowered.graph),
    }
    there = ", ".join(counted(count, noun) for noun, count in counts.items())
    print_lines(*remarks, f"{piece}: no faults in {there}")


def _changes(made: Sequence[Change]) -> dict[str, Any]:
    """The corrections that were made, for programs."""
    return {"changes": [asdict(change) for change in made]} if made else {}


def rows(error: ApproxError) -> list[dict[str, Any]]:
    """An error for programs: each fault with its place, where it has one."""
    if isinstance(error, ScoreError):
        return [{**asdict(fault.where), "message": fault.message} for fault in error.faults]
    place = asdict(error.where) if error.where else {}
    return [{**place, "message": error.message}]
