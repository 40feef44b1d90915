"""`corpus`: add, list, inspect, prepare and withdraw recordings, and print what came of it."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from approx_build.cli.arguments import Jobs, Json, StoreDir, of_corpus
from approx_build.cli.exit_codes import Exit
from approx_build.cli.group import Commands
from approx_build.cli.messages import print_json
from approx_build.cli.output import print_lines, warn
from approx_build.errors import UsageError
from approx_build.units import clock, counted

corpus = typer.Typer(
    cls=Commands, help="Add, list, inspect and withdraw recordings.", no_args_is_help=True
)

Corpus = Annotated[str, typer.Argument(help="A corpus's name, or models/corpora/NAME.")]


@corpus.command()
def add(
    corpus: Corpus,
    files: Annotated[list[Path], typer.Argument(help="Recordings; they are copied unchanged.")],
    performer: Annotated[
        list[str] | None, typer.Option("--performer", help="A performer.", metavar="NAME")
    ] = None,
    plays: Annotated[
        list[str] | None,
        typer.Option("--plays", help="The instrument of that performer.", metavar="INSTRUMENT"),
    ] = None,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Skip files that cannot be used.")
    ] = False,
) -> None:
    """Copy recordings into a corpus; a new corpus gets an empty consent record."""
    from approx_build.project.settings import Settings

    performers, instruments = performer or [], plays or []
    if len(performers) != len(instruments):
        raise UsageError(
            "--performer NAME and --plays INSTRUMENT belong together: give both for each performer"
        )
    project, name = of_corpus(corpus, Settings())
    players = dict(zip(performers, instruments, strict=True))
    found = project.corpora.add(name, files, players, skip_bad)
    skipped = "skipped: " if skip_bad else ""
    warn(*(f"{path}: {skipped}{reason}" for path, reason in found.refused.items()))
    if not found.added:
        is_some = len(found.refused) < len(set(files))
        hint = "; repair these files, or skip them with --skip-bad" if is_some else ""
        warn(f"nothing was added to {found.folder}{hint}")
        sys.exit(Exit.FAILED)
    count = counted(len(found.added), "recording")
    done = f"added {count}, {clock(found.length_s, 1)}, to {found.folder}"
    print_lines(*found.remarks, done, found.record)


@corpus.command("list")
def list_(
    corpus: Annotated[str | None, typer.Argument(help="List the files of this corpus.")] = None,
    json: Json = False,
) -> None:
    """List corpora with their consents, or the files of one corpus and why some are not used."""
    from dataclasses import asdict

    from approx_build.cli.corpus_text import corpora_lines, file_lines
    from approx_build.project.settings import Settings

    project, name = of_corpus(corpus or "", Settings())
    if corpus is None:
        rows = project.corpora.list()
        plain: object = [asdict(row) for row in rows]
        lines = corpora_lines(rows)
    else:
        files = project.corpora.files(name)
        plain, lines = files.as_json(), file_lines(files)
    if json:
        print_json(plain)
    else:
        print_lines(*lines)


@corpus.command()
def prepare(
    corpus: Corpus,
    model: Annotated[
        str | None, typer.Option(help="Prepare them for this model only.", metavar="NAME")
    ] = None,
    store: StoreDir = None,
    jobs: Jobs = None,
    json: Json = False,
) -> None:
    """Prepare the recordings for their models, and print what was done to each."""
    from approx_build.cli.corpus_text import preparation_lines
    from approx_build.project.settings import Settings

    project, name = of_corpus(corpus, Settings.of(store, jobs=jobs))
    found = project.corpora.prepare(name, model)
    if json:
        print_json({learner: one.as_json() for learner, one in found.items()})
        return
    for learner, one in found.items():
        print_lines(*preparation_lines(learner, one))


@corpus.command()
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
    from approx_build.cli.corpus_text import inspection_lines
    from approx_build.project.settings import Settings

    project, name = of_corpus(corpus, Settings(out=out))
    found = project.corpora.inspect(name)
    if json:
        print_json(found.as_json())
    else:
        print_lines(*inspection_lines(found))
        warn(*(f"{found.folder}/{file}: {reason}" for file, reason in found.bad.items()))
    if found.bad:
        sys.exit(Exit.FAILED)


@corpus.command()
def withdraw(
    corpus: Corpus,
    recordings: Annotated[
        list[str] | None, typer.Argument(help="Recordings by name (default: all of them).")
    ] = None,
    performer: Annotated[
        str | None,
        typer.Option("--performer", help="The recordings of this performer.", metavar="NAME"),
    ] = None,
    on: Annotated[
        datetime | None,
        typer.Option(
            "--on", formats=["%Y-%m-%d"], help="First day of the withdrawal (default: today)."
        ),
    ] = None,
    store: StoreDir = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Write the withdrawal into consent.yaml.")
    ] = False,
    json: Json = False,
) -> None:
    """Print what depends on recordings; with --apply, withdraw the consent to them."""
    from approx_build.cli.corpus_text import withdrawal_lines
    from approx_build.project.corpus.withdraw import WithdrawOptions
    from approx_build.project.settings import Settings

    project, name = of_corpus(corpus, Settings.of(store))
    day = on.date() if on else None
    options = WithdrawOptions(recordings or (), performer, day, apply)
    found = project.corpora.withdraw(name, options)
    if json:
        print_json(found.as_json())
    else:
        print_lines(*withdrawal_lines(found))
