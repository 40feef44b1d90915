"""The command line: its commands put together, and how it ends."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from approx_build import __version__
from approx_build.cli.commands.check import check
from approx_build.cli.commands.corpus import corpus
from approx_build.cli.commands.evaluate import evaluate
from approx_build.cli.commands.init import init
from approx_build.cli.commands.listings import families, ops, schema
from approx_build.cli.commands.plan import plan
from approx_build.cli.commands.render import render
from approx_build.cli.commands.runs import runs
from approx_build.cli.commands.store import store
from approx_build.cli.commands.take import TakeCommand, take
from approx_build.cli.commands.train import train
from approx_build.cli.commands.verify import verify
from approx_build.cli.commands.why import why
from approx_build.cli.exit_codes import Exit, fail, interrupted
from approx_build.errors import ApproxError
from approx_build.process import limits
from approx_build.process.interrupts import ending_calmly
from approx_build.training.torch_requirement import lack_of_torch

app = typer.Typer(
    name="approx-build",
    help="Build music from YAML scores, consented recordings and small networks.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
COMMANDS: Sequence[Callable[..., None]] = (
    *(render, check, plan, why, verify, train, take, evaluate, init, schema, ops, families),
)
"""In the order in which the help names them."""
for _command in COMMANDS:
    # What `take` offers depends on the families and ways that are installed.
    app.command(cls=TakeCommand if _command is take else None)(_command)
app.add_typer(runs, name="runs")
app.add_typer(corpus, name="corpus")
app.add_typer(store, name="store")


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
    # Scores and graphs make many objects and hardly a circle: looking for those took a quarter.
    gc.set_threshold(100_000, 20, 50)
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
