"""The commands and their options. Each command's work is imported when it is called."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from approx_build import __version__
from approx_build.cli.arguments import (
    CheckFiles,
    Device,
    DeviceChoice,
    Jobs,
    Json,
    KeepGoing,
    Movements,
    OutDir,
    PartNames,
    Piece,
    Quiet,
    StoreDir,
    Verbose,
)
from approx_build.cli.commands.corpus import corpus_app
from approx_build.cli.commands.runs import runs
from approx_build.cli.commands.take import take
from approx_build.cli.exit_codes import Exit, fail, interrupted
from approx_build.cli.store.app import store_app
from approx_build.errors import ApproxError
from approx_build.process import limits
from approx_build.process.interrupts import ending_calmly
from approx_build.project.settings import Options
from approx_build.training.torch_requirement import lack_of_torch

app = typer.Typer(
    name="approx-build",
    help="Build music from YAML scores, consented recordings and small networks.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command()
def render(
    piece: Piece,
    movement: Movements = None,
    part: PartNames = None,
    locked: Annotated[bool, typer.Option("--locked", help="Refuse to change the lock.")] = False,
    store: StoreDir = None,
    out: OutDir = None,
    jobs: Jobs = None,
    device: DeviceChoice = Device.AUTO,
    keep_going: KeepGoing = False,
    check_files: CheckFiles = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Render a piece: its movements, stems, pictures and report."""
    from approx_build.project.render import render as command

    options = Options.of(store, out, jobs, device, keep_going, quiet, verbose)
    options = replace(options, checks_files=check_files)
    command(piece, options, movement or [], part or [], locked)


@app.command()
def check(piece: Piece, json: Json = False) -> None:
    """Validate the scores of a piece: every fault of every file in one run."""
    from approx_build.cli.commands.check import check as command

    command(piece, json)


@app.command()
def plan(
    piece: Piece,
    movement: Movements = None,
    store: StoreDir = None,
    out: OutDir = None,
    jobs: Jobs = None,
    all_actions: Annotated[bool, typer.Option("--all", help="Also what is up to date.")] = False,
    json: Json = False,
) -> None:
    """Say what a render would build, why, and how long it takes; build nothing."""
    from approx_build.project.plan import plan as command

    command(piece, Options.of(store, out, jobs), movement or [], all_actions, json)


@app.command()
def why(
    piece: Piece,
    target: Annotated[str, typer.Argument(help="A target, or the end of its name.")],
    store: StoreDir = None,
    json: Json = False,
) -> None:
    """Say which fields of a target's manifest differ from its last build."""
    from approx_build.project.explain import why as command

    command(piece, target, Options.of(store), json)


@app.command()
def verify(
    piece: Piece,
    movement: Movements = None,
    jobs: Jobs = None,
    capped: Annotated[
        bool, typer.Option("--capped", help="Use the plainest instruction set everywhere.")
    ] = False,
    store: StoreDir = None,
    json: Json = False,
) -> None:
    """Rebuild from nothing, in fresh processes and an empty store, and compare with the lock."""
    from approx_build.project.verify import verify as command

    command(piece, Options.of(store, jobs=jobs), movement or [], capped, json)


@app.command()
def train(
    model: Annotated[str, typer.Argument(help="A model's name, or models/NAME.yaml.")],
    plan_only: Annotated[
        bool, typer.Option("--plan", help="Say what it would take by a few steps; keep nothing.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="The plan for programs.")] = False,
    goes_on: Annotated[
        bool, typer.Option("--continue", help="The model changed: go on from its last run.")
    ] = False,
    is_new: Annotated[bool, typer.Option("--new", help="The model changed: begin anew.")] = False,
    ships: Annotated[
        bool, typer.Option("--ship", help="Then put its checkpoints into models/checkpoints/.")
    ] = False,
    processes: Annotated[
        int, typer.Option("--processes", min=1, max=256, help="That share the training.")
    ] = 1,
    store: StoreDir = None,
    jobs: Jobs = None,
    device: DeviceChoice = Device.AUTO,
    quiet: Quiet = False,
) -> None:
    """Train a model, or go on where its training stopped."""
    options = Options.of(store, jobs=jobs, device=device, quiet=quiet, processes=processes)
    if plan_only:
        from approx_build.project.training_estimate import train_plan

        return train_plan(model, options, json)
    from approx_build.project.resume import Choice
    from approx_build.project.train import train as command

    return command(model, options, Choice.of(goes_on, is_new), ships)


app.add_typer(runs, name="runs")


app.command()(take)
app.add_typer(corpus_app, name="corpus")
app.add_typer(store_app, name="store")


@app.command()
def evaluate(
    model: Annotated[str, typer.Argument(help="A model's name.")],
    takes: Annotated[int, typer.Option(min=1, max=32, help="Takes of each checkpoint.")] = 4,
    length_s: Annotated[float, typer.Option("--length-s", min=0.2, max=60)] = 3.0,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the page and WAVs.", metavar="DIR")
    ] = None,
    store: StoreDir = None,
    jobs: Jobs = None,
    device: DeviceChoice = Device.AUTO,
    so_far: Annotated[
        bool, typer.Option("--so-far", help="Of a training that goes on: the checkpoints so far.")
    ] = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Say when a network is done: its checkpoints' takes beside its corpus, on one page."""
    from approx_build.project.evaluate import EvaluationAsked
    from approx_build.project.evaluate import evaluate as command

    asked = EvaluationAsked(model, takes, length_s, so_far, json)
    command(asked, Options.of(store, out, jobs, device, quiet=quiet or json))


@app.command()
def init(
    name: Annotated[str, typer.Argument(help="The new piece's name.")],
    here: Annotated[Path, typer.Option("--in", help="The project's folder.")] = Path(),
) -> None:
    """Start a piece: a score with one movement that renders as it stands."""
    from approx_build.cli.commands.init import init as command

    command(name, here)


@app.command()
def schema() -> None:
    """Print the JSON Schema of scores, for editors."""
    from approx_build.cli.commands.listings import schema as command

    command()


@app.command()
def ops(json: Json = False) -> None:
    """List the grain operations with their parameters and units."""
    from approx_build.cli.commands.listings import ops as command

    command(json)


@app.command()
def families(json: Json = False) -> None:
    """List the families of networks with their parameters."""
    from approx_build.cli.commands.listings import families as command

    command(json)


def _version(asked: bool) -> None:
    if asked:
        print(f"approx-build {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Build music from YAML scores, consented recordings and small networks."""
    limits.check_room()


def run() -> None:
    """Run the command line; user errors are shown plainly, anything else is a bug."""
    # No sample is a product of matrices, and threads for those take memory at the import.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        with ending_calmly():
            app()
    except ApproxError as error:
        fail(error)
    except BrokenPipeError:
        # The reader of our output has gone, as `head` does.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(Exit.FAILED)
    except (MemoryError, ImportError, OSError) as error:
        if said := limits.refusal(error) or lack_of_torch(error):
            fail(ApproxError(said))
        raise
    except SystemExit as ended:
        # Typer makes an exit of Ctrl-C.
        if ended.code == Exit.INTERRUPTED:
            interrupted()
        raise
