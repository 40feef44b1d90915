"""`runs`: print the ledger of training runs, compare them, and write notes and pages."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from approx_build.cli.arguments import Json, OutDir
from approx_build.cli.exit_codes import Exit
from approx_build.cli.group import Commands
from approx_build.cli.messages import near, print_json
from approx_build.cli.output import print_lines, put, warn
from approx_build.visible import visible

if TYPE_CHECKING:
    from approx_build.project.runs import Runs
    from approx_build.report.ledger import TableReport
    from approx_build.training.ledger.ledger import Ledger

runs = typer.Typer(
    cls=Commands, help="The ledger of training runs: list, show, compare, note, export."
)

Run = Annotated[
    str, typer.Argument(help="A run: its name, or the beginning of its name or digits.")
]
Model = Annotated[
    str | None, typer.Option("--model", help="Only runs of this model.", metavar="NAME")
]
WIDEST = 34
"""Characters of a cell of a comparison."""

Every = Annotated[bool, typer.Option("--all", help="Print every column, in a block for each run.")]


@runs.callback(invoke_without_command=True)
def main(
    context: typer.Context, model: Model = None, every: Every = False, json: Json = False
) -> None:
    """The ledger of training runs: list, show, compare, note, export."""
    if context.invoked_subcommand is None:
        list_runs(model, every, json)


@runs.command("list")
def list_runs(model: Model = None, every: Every = False, json: Json = False) -> None:
    """List the runs in a table that fits the terminal."""
    from approx_build.cli.runs_table import block, spaced_apart, table
    from approx_build.training.ledger.columns import as_data

    ledger = _ledger(_here())
    entries = [entry for entry in ledger.entries if model in (None, entry.model)]
    if json:
        print_json({"runs": [as_data(entry) for entry in entries], "damaged": ledger.damaged})
    elif not entries:
        whose = f"of {model!r} " if model else ""
        print_lines(f"the ledger has no run {whose}yet; `approx-build train` adds runs")
    elif every:
        print_lines(*spaced_apart(block(entry) for entry in entries))
    else:
        print_lines(*table(entries))
    _end(ledger)


@runs.command()
def show(run: Run, json: Json = False) -> None:
    """Show everything about a run: settings, losses, sessions, cost and notes."""
    from approx_build.cli.runs_table import parts, spaced_apart
    from approx_build.training.ledger.columns import as_data

    here = _here()
    _ledger(here)
    entry = here.find(run)
    if json:
        print_json(as_data(entry))
    else:
        print_lines(*spaced_apart(parts(entry)))


@runs.command()
def compare(first: Run, second: Run, json: Json = False, out: OutDir = None) -> None:
    """Compare two runs: their settings, and their losses at equal steps and times."""
    from approx_build.cli.runs_table import pairs

    here = _here(out)
    _ledger(here)
    found = here.compare(first, second)
    if json:
        print_json(found.as_json())
        return
    print_lines(*pairs([("first", found.first.run), ("second", found.second.run)]), "")
    for table in found.tables():
        print_lines(*_text(table), "")
    if found.remark:
        print_lines(found.remark)
    print_lines(near(here.comparison_page(found)))


@runs.command()
def note(
    run: Run,
    text: Annotated[str, typer.Argument(help="The text of the note.")],
    is_next: Annotated[bool, typer.Option("--next", help="Mark the note as a next step.")] = False,
) -> None:
    """Write a note on a run."""
    here = _here()
    _ledger(here)
    entry = here.note(run, text, is_next)
    print_lines(f"{entry.run}: noted{' as a next step' if is_next else ''}")


@runs.command()
def export(
    csv: Annotated[
        str, typer.Option("--csv", help="The output file; - means standard output.", metavar="FILE")
    ] = "-",
    model: Model = None,
) -> None:
    """Export the ledger as CSV, for a spreadsheet."""
    from approx_build.store.delivery import write

    here = _here()
    ledger, text = _ledger(here), here.export(model)
    if csv == "-":
        put(text)
    else:
        write(Path(csv), text.encode())
        print_lines(near(Path(csv)))
    _end(ledger)


@runs.command()
def page(out: OutDir = None) -> None:
    """Write the ledger as a page: table, overlaid curves, notes."""
    here = _here(out)
    ledger = _ledger(here)
    print_lines(near(here.page()))
    _end(ledger)


def _here(out: Path | None = None) -> Runs:
    from approx_build.project.project import Project
    from approx_build.project.settings import Settings

    return Project.open(Path.cwd(), Settings(out=out)).runs


def _ledger(here: Runs) -> Ledger:
    """The ledger; what of it is damaged is printed."""
    found = here.ledger()
    warn(*found.damaged)
    return found


def _end(found: Ledger) -> None:
    """Exit with 1 when part of the ledger could not be read."""
    if found.damaged:
        sys.exit(Exit.FAILED)


def _text(table: TableReport) -> list[str]:
    """A table for the terminal, each column as wide as its longest text, within reason."""
    if not table.rows:
        return [f"{table.title}: nothing"]
    rows = [[_short(visible(cell)) for cell in row] for row in (table.heads, *table.rows)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(table.heads))]
    lines = ["  ".join(f"{c:<{w}}" for c, w in zip(row, widths, strict=True)) for row in rows]
    return [table.title, *(f"  {line.rstrip()}" for line in lines)]


def _short(cell: str) -> str:
    return cell if len(cell) <= WIDEST else f"{cell[: WIDEST - 1]}…"
