"""The commands of `corpus` and their options. The work is imported when it is called."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from approx_build.cli.arguments import Jobs, StoreDir

corpus_app = typer.Typer(
    help="Add, list, inspect and withdraw recordings.", no_args_is_help=True, add_completion=False
)

Corpus = Annotated[str, typer.Argument(help="A corpus's name, or models/corpora/NAME.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@corpus_app.command()
def add(
    corpus: Corpus,
    files: Annotated[list[Path], typer.Argument(help="Recordings; they are copied as they are.")],
    performer: Annotated[
        list[str] | None, typer.Option("--performer", help="Who plays.", metavar="NAME")
    ] = None,
    plays: Annotated[
        list[str] | None,
        typer.Option("--plays", help="What that performer plays.", metavar="INSTRUMENT"),
    ] = None,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave out files that cannot be used.")
    ] = False,
) -> None:
    """Copy recordings into a corpus, and start its consent record when it is new."""
    from approx_build.project.corpus.add import add as command

    command(corpus, files, performer or [], plays or [], skip_bad)


@corpus_app.command("list")
def list_(
    corpus: Annotated[str | None, typer.Argument(help="Every file of this corpus.")] = None,
    json: Json = False,
) -> None:
    """List the corpora with their consents, or the files of one and why they are not used."""
    from approx_build.project.corpus.listing import list_corpora, list_files

    if corpus is None:
        list_corpora(json)
    else:
        list_files(corpus, json)


@corpus_app.command()
def prepare(
    corpus: Corpus,
    model: Annotated[
        str | None, typer.Option(help="Only as this model hears it.", metavar="NAME")
    ] = None,
    store: StoreDir = None,
    jobs: Jobs = None,
    json: Json = False,
) -> None:
    """Prepare recordings as their models hear them, and say what became of each."""
    from approx_build.project.corpus.prepare import prepare as command
    from approx_build.project.settings import Options

    command(corpus, model, Options.of(store, jobs=jobs, quiet=True), json)


@corpus_app.command()
def inspect(
    corpus: Corpus,
    json: Json = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="Folder for sheets (default: renders/corpora/CORPUS).", metavar="DIR"
        ),
    ] = None,
) -> None:
    """Measure every recording, find duplicates, and draw a sheet of spectrograms."""
    from approx_build.project.corpus.inspect import inspect as command

    command(corpus, json, out)


@corpus_app.command()
def withdraw(
    corpus: Corpus,
    recordings: Annotated[
        list[str] | None, typer.Argument(help="Recordings by name (default: all of them).")
    ] = None,
    performer: Annotated[
        str | None, typer.Option("--performer", help="Those that NAME plays in.", metavar="NAME")
    ] = None,
    on: Annotated[
        datetime | None,
        typer.Option("--on", formats=["%Y-%m-%d"], help="First day (default: today)."),
    ] = None,
    store: Annotated[
        Path | None,
        typer.Option(
            "--store", help="The store (default: .approx, or APPROX_STORE).", metavar="DIR"
        ),
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Write it into consent.yaml.")] = False,
    json: Json = False,
) -> None:
    """Say what would have to be made again without recordings; with --apply withdraw them."""
    from approx_build.project.corpus.withdraw import withdraw as command
    from approx_build.project.settings import Options

    day, options = on.date() if on else None, Options.of(store)
    command(corpus, recordings or [], performer, day, apply, json, options)
