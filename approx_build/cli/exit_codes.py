"""How a command ends: its exit code, and errors shown to people."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from enum import IntEnum
from typing import NoReturn

from approx_build.cli.output import warn
from approx_build.errors import ApproxError, ScoreError, UsageError, reason
from approx_build.visible import Lines


class Exit(IntEnum):
    """Exit codes of the command line."""

    DONE = 0
    FAILED = 1
    """A problem in a score, or a failed action."""
    USAGE = 2
    DIFFERENT = 3
    """`verify` found a difference."""
    INTERRUPTED = 130


def fail(error: ApproxError) -> NoReturn:
    """Show a user's error without a traceback and exit."""
    has_place = error.where is not None or isinstance(error, ScoreError)
    warn(error if has_place else Lines(f"approx-build: {error}"))
    sys.exit(Exit.USAGE if isinstance(error, UsageError) else Exit.FAILED)


def output_lost(problem: OSError) -> NoReturn:
    """Say that results could not be printed, and exit with 1; the work itself is done."""
    fail(ApproxError(f"standard output cannot be written ({reason(problem)}); the work is done"))


def refuse_lost_folder() -> None:
    """Exit with 2 if the working folder was deleted: relative paths then lead nowhere."""
    try:
        os.getcwd()
    except FileNotFoundError:
        fail(UsageError("the working folder was deleted; change to another folder"))


GO_ON = "finished results are kept; run the same command again to continue"


def interrupted(hint: str = GO_ON) -> NoReturn:
    """Say that nothing is lost, and exit as an interrupted program does."""
    from approx_build.process.child import leave
    from approx_build.process.interrupts import STOPPING, handled

    with handled(STOPPING, signal.SIG_IGN):
        leave()
        with suppress(OSError):  # the terminal may be gone
            warn("", f"interrupted: {hint}")
            sys.stderr.flush()
        os._exit(Exit.INTERRUPTED)
