"""The command line: its commands put together, and how it ends."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Sequence
from typing import Annotated, Any, NoReturn

import typer

from approx_build import __version__
from approx_build.cli.commands.allow import allow
from approx_build.cli.commands.check import check
from approx_build.cli.commands.compose import compose
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
from approx_build.cli.group import Commands
from approx_build.cli.output import print_lines, warn
from approx_build.errors import ApproxError
from approx_build.process import limits
from approx_build.process.interrupts import signals_as_interrupts
from approx_build.training.torch_requirement import lack_of_torch
from approx_build.visible import visible

app = typer.Typer(
    cls=Commands,
    name="approx-build",
    help="Build music from YAML scores, consented recordings and small networks.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
USAGE_FAULT: Any = typer.BadParameter.__base__
"""What Typer raises for a command line that it cannot read."""
COMMANDS: Sequence[Callable[..., None]] = (
    *(render, check, plan, why, verify, compose, train, take, evaluate, init, allow),
    *(schema, ops, families),
)
"""In the order in which the help names them."""
for _command in COMMANDS:
    # What `take` offers depends on the families and ways that are installed.
    app.command(cls=TakeCommand if _command is take else None)(_command)
for _name, _group in {"runs": runs, "corpus": corpus, "store": store}.items():
    app.add_typer(_group, name=_name)


def _version(asked: bool) -> None:
    if asked:
        print_lines(f"approx-build {__version__}")
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
    """Run the command line, and name packages whose additions could not be loaded."""
    try:
        _run()
    finally:
        from approx_build.registry import BROKEN

        warn(*(f"approx-build: {words}" for words in dict.fromkeys(BROKEN)))


def _run() -> None:
    """Run the command line; user errors are shown plainly, anything else is a bug."""
    # No sample is a product of matrices, and threads for those take memory at the import.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Scores and graphs make many objects and hardly a circle: looking for those took a quarter.
    gc.set_threshold(100_000, 20, 50)
    try:
        with signals_as_interrupts():
            _end(app(standalone_mode=False))
    except USAGE_FAULT as error:
        _refuse(error)
    except ApproxError as error:
        fail(error)
    except (MemoryError, ImportError, OSError) as error:
        if message := limits.refusal(error) or lack_of_torch(error):
            fail(ApproxError(message))
        raise


def _end(code: object) -> None:
    """Exit as Typer asks, which makes an exit of Ctrl-C."""
    if code == Exit.INTERRUPTED:
        interrupted()
    if code:
        sys.exit(Exit.FAILED)


def _refuse(error: Any) -> NoReturn:
    """Say what is wrong with a command line; a word of it may hold any character."""
    is_help = error.ctx is not None and error.message == error.ctx.get_help()
    if not is_help:
        error.message = visible(error.message)
    error.show()
    sys.exit(Exit.USAGE)
