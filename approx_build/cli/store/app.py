"""The commands of `store` and their options. The work is imported when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from approx_build.cli.arguments import Jobs, Json, OutDir, Quiet, StoreDir

store_app = typer.Typer(
    help="Check and repair the store, say what it holds, and remove what no project needs.",
    no_args_is_help=True,
    add_completion=False,
)


@store_app.command()
def check(
    repair: Annotated[
        bool, typer.Option("--repair", help="Set aside what is damaged, and restore what can be.")
    ] = False,
    store: StoreDir = None,
    out: OutDir = None,
    jobs: Jobs = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Read everything in the store and all that was delivered, and say what is damaged."""
    from approx_build.cli.store.check import check as command
    from approx_build.project.settings import Options

    command(Options.of(store, out, jobs, quiet=quiet or json), repair, json)


@store_app.command()
def sizes(store: StoreDir = None, json: Json = False, quiet: Quiet = False) -> None:
    """Say what the store holds, by kind and by piece, and what `store gc` would free."""
    from approx_build.cli.store.sizes import sizes as command
    from approx_build.project.settings import Options

    command(Options.of(store, quiet=quiet or json), json)


@store_app.command()
def gc(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    older_than: Annotated[
        str, typer.Option("--older-than", help="Keep what is younger.", metavar="AGE")
    ] = "14d",
    keep_size: Annotated[
        str | None,
        typer.Option("--keep-size", help="Remove no more than this size asks.", metavar="SIZE"),
    ] = None,
    unfinished: Annotated[
        bool, typer.Option("--unfinished", help="Also trainings that did not come to their end.")
    ] = False,
    forget: Annotated[
        Path | None,
        typer.Option("--forget", help="A project that needs the store no more.", metavar="DIR"),
    ] = None,
    store: StoreDir = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Remove what no piece, lock or model of the projects that use the store needs."""
    from approx_build.cli.store.amounts import age_s, size
    from approx_build.cli.store.gc import GcAsked
    from approx_build.cli.store.gc import gc as command
    from approx_build.project.settings import Options

    kept = None if keep_size is None else size(keep_size)
    asked = GcAsked(age_s(older_than), kept, unfinished, forget, dry_run)
    command(Options.of(store, quiet=quiet or json), asked, json)
