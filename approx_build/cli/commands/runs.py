"""The commands of `runs` and their options."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from approx_build.errors import UsageError
from approx_build.project import runs as project
from approx_build.project.paths import named_from, near
from approx_build.store.delivery import write
from approx_build.training.ledger.columns import KEPT_BY_HAND, MORE, Value
from approx_build.training.ledger.entry import LedgerEntry, Note
from approx_build.training.ledger.ledger import FOLDER, append_note

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def export(file: str, model: str | None) -> None:
    """Write all runs, or those of a model, to a file or to standard output."""
    ledger = project.ledger()
    text = table([entry for entry in ledger.entries if model in (None, entry.model)])
    if file == "-":
        print(text, end="")
    else:
        write(Path(file), text.encode())
        print(near(Path(file)))
    project.end(ledger)


def table(entries: Sequence[LedgerEntry]) -> str:
    """The ledger as CSV, lines ending as RFC 4180 has it."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow([column.name for column in (*KEPT_BY_HAND, *MORE)])
    for entry in entries:
        writer.writerow([safe(column.value(entry)) for column in (*KEPT_BY_HAND, *MORE)])
    return lines.getvalue()


def safe(value: Value) -> Value:
    """A cell that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, int | float | Decimal):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    is_formula = text.lstrip().startswith(_FORMULA) or text.startswith(("\t", "\n"))
    return f"'{text}" if is_formula else text


LONGEST = 10_000
"""Characters of a note."""


def note(run: str, text: str, is_next: bool) -> None:
    """Append a note of today to a run's."""
    if not text.strip():
        raise UsageError("a note needs words")
    if len(text) > LONGEST:
        raise UsageError(f"a note has at most {LONGEST} characters; this one has {len(text)}")
    entry = project.entry(run)
    written = Note(text=text.strip(), on=date.today(), kind="next" if is_next else "note")
    with named_from(project.root()):
        append_note(project.root() / FOLDER, entry.run, written)
    print(f"{entry.run}: noted{' as a next step' if is_next else ''}")


runs = typer.Typer(help="The ledger of training runs: list, show, compare, note, export.")

Run = Annotated[str, typer.Argument(help="A run, or the beginning of its name or digits.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Model = Annotated[
    str | None, typer.Option("--model", help="Only runs of this model.", metavar="NAME")
]
Every = Annotated[bool, typer.Option("--all", help="Every column, a block for each run.")]
OutDir = Annotated[
    Path | None, typer.Option("--out", help="Where renders go (default: renders/).", metavar="DIR")
]


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
    from approx_build.cli.runs_table import list_runs as command

    command(model, every, json)


@runs.command()
def show(run: Run, json: Json = False) -> None:
    """Show all that is known of a run: settings, losses, sittings, cost and notes."""
    from approx_build.cli.runs_table import show as command

    command(run, json)


@runs.command()
def compare(first: Run, second: Run, json: Json = False, out: OutDir = None) -> None:
    """Say in what two runs differ, and their losses at equal steps and times."""
    from approx_build.project.runs_compare import compare as command

    command(first, second, json, out)


@runs.command()
def note(
    run: Run,
    text: Annotated[str, typer.Argument(help="What to remember.")],
    is_next: Annotated[bool, typer.Option("--next", help="It is what to do next.")] = False,
) -> None:
    """Write a note on a run."""
    # HOUSE

    command(run, text, is_next)


@runs.command()
def export(
    csv: Annotated[
        str, typer.Option("--csv", help="The file; - is standard output.", metavar="FILE")
    ] = "-",
    model: Model = None,
) -> None:
    """Export the ledger as CSV, for a spreadsheet."""
    # HOUSE

    command(csv, model)


@runs.command()
def page(out: OutDir = None) -> None:
    """Write the ledger as a page: table, curves over each other, notes."""
    from approx_build.project.runs_page import page as command

    command(out)
