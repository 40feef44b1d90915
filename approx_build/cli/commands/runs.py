"""The commands of `runs` and their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
    from approx_build.project.runs_note import note as command

    command(run, text, is_next)


@runs.command()
def export(
    csv: Annotated[
        str, typer.Option("--csv", help="The file; - is standard output.", metavar="FILE")
    ] = "-",
    model: Model = None,
) -> None:
    """Export the ledger as CSV, for a spreadsheet."""
    from approx_build.project.runs_export import export as command

    command(csv, model)


@runs.command()
def page(out: OutDir = None) -> None:
    """Write the ledger as a page: table, curves over each other, notes."""
    from approx_build.project.runs_page import page as command

    command(out)
