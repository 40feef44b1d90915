"""`verify`: rebuild a piece from nothing and print what differs from its lock."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from approx_build.cli.arguments import Jobs, Json, Movements, Piece, StoreDir
from approx_build.cli.exit_codes import Exit
from approx_build.cli.messages import print_json
from approx_build.cli.output import print_lines
from approx_build.visible import Lines

if TYPE_CHECKING:
    from approx_build.project.verify import Verification


def verify(
    piece: Piece,
    movement: Movements = None,
    jobs: Jobs = None,
    capped: Annotated[
        bool,
        typer.Option("--capped", help="Use only the baseline instruction set of the processor."),
    ] = False,
    store: StoreDir = None,
    json: Json = False,
) -> None:
    """Rebuild the piece in a fresh process and an empty store, and compare it with the lock."""
    from approx_build.cli.progress import observer_for
    from approx_build.project.project import Project
    from approx_build.project.settings import Settings

    project = Project.open(piece, Settings.of(store, jobs=jobs))
    found = project.verify(piece, movement or (), capped, observer_for())
    if json:
        rows = [asdict(one) for one in found.differences]
        print_json({"compared": found.compared, "differences": rows})
    else:
        print_lines(outcome(found))
    if not found.is_equal:
        sys.exit(Exit.DIFFERENT)


def outcome(found: Verification) -> Lines:
    """The outcome for people."""
    count, path = found.compared, found.lock
    if found.is_equal:
        done = f"verified: {count} checkpoints, takes, stems and movements match {path}"
        return Lines.of([done])
    first, more = found.differences[0], len(found.differences) - 1
    lines = [
        f"{first.target} ({first.section}) differs from {path}: {first.sound}",
        f"  locked  {first.locked or 'nothing'}",
        f"  rebuilt {first.rebuilt}",
    ]
    return Lines.of([*lines, *([f"and {more} more differ"] if more else [])])
