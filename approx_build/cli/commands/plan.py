"""`plan`: print what a render would build, why, how long it takes, and its memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from approx_build.cli.arguments import From, Jobs, Json, Movements, OutDir, Piece, StoreDir, To
from approx_build.cli.messages import print_json
from approx_build.cli.output import print_lines
from approx_build.units import duration

if TYPE_CHECKING:
    from approx_build.project.plan import Plan, Row


def plan(
    piece: Piece,
    movement: Movements = None,
    start: From = None,
    stop: To = None,
    store: StoreDir = None,
    out: OutDir = None,
    jobs: Jobs = None,
    actions: Annotated[
        bool, typer.Option("--actions", help="List the actions to build one by one.")
    ] = False,
    all_actions: Annotated[
        bool, typer.Option("--all", help="List all actions, also those that are up to date.")
    ] = False,
    json: Json = False,
) -> None:
    """Print what a render would build, why, and how long it would take."""
    from approx_build.project.preview import PreviewOptions
    from approx_build.project.project import Project
    from approx_build.project.settings import Settings

    settings = Settings.of(store, out, jobs)
    asked = PreviewOptions(movement or (), start, stop)
    found = Project.open(piece, settings).plan(piece, movement or (), asked)
    rows = found.rows if all_actions else found.due
    if json:
        print_json([asdict(row) for row in rows])
        return
    for line in map(_line, rows) if actions or all_actions else _outline(found):
        print_lines(line)
    print_lines(", ".join(_total(found)))


def _outline(found: Plan) -> Iterator[str]:
    for section in found.sections:
        yield section.title
        yield from (f"  {change}" for change in section.changes)
        if section.rebuilt:
            yield f"  rebuilt: {', '.join(section.rebuilt)}"


def _line(row: Row) -> str:
    time = "      ?" if row.seconds is None else f"{row.seconds:6.1f} s"
    return f"{row.fate:>10}  {time}  {row.kind:<10}  {row.target}: {row.why}{_besides(row)}"


def _besides(row: Row) -> str:
    """What a training takes besides time."""
    if row.kind != "train" or not row.peak_bytes or row.fate == "reused":
        return ""
    cost = f", {row.cost} {row.currency}" if row.cost else ""
    return f" ({row.peak_bytes / 2**20:.0f} MB of memory{cost})"


def _total(found: Plan) -> Iterator[str]:
    due = found.due
    if not due:
        yield f"nothing to do: all {len(found.rows)} actions are up to date"
        return
    yield f"{len(due)} of {len(found.rows)} actions to build"
    if found.seconds > 0:
        yield f"about {duration(found.seconds)} with {found.jobs} jobs"
    if unknown := sum(row.seconds is None for row in due):
        yield f"{unknown} not yet timed"
    if peaks := [row.peak_bytes for row in due if row.peak_bytes]:
        yield f"up to {max(peaks) / 2**20:.0f} MB a job"
    yield from (f"{amount} {currency}" for currency, amount in found.costs.items())
