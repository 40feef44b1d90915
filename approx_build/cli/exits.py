"""How a command ends: its exit code, and errors shown to people."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum
from types import FrameType
from typing import Any, NoReturn

from approx_build.errors import ApproxError, ScoreError, UsageError


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
    print(error if has_place else f"approx-build: {error}", file=sys.stderr)
    sys.exit(Exit.USAGE if isinstance(error, UsageError) else Exit.FAILED)


Handler = Callable[[int, FrameType | None], None] | signal.Handlers

STOPPING: list[signal.Signals] = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


AGAIN_S = 0.5
"""An interrupt that was swallowed is raised again after this."""


def _is_on_its_way(error: BaseException | None) -> bool:
    """Whether what is being handled now comes from a KeyboardInterrupt."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None


@contextmanager
def _unraisable_unsaid() -> Iterator[None]:
    """Within, a KeyboardInterrupt in a place that cannot raise it shows no traceback."""
    before = sys.unraisablehook

    def hook(unraisable: Any) -> None:
        if not isinstance(unraisable.exc_value, KeyboardInterrupt):
            before(unraisable)

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = before


@contextmanager
def _handled(numbers: list[signal.Signals], handler: Handler) -> Iterator[None]:
    """Within, `handler` takes these signals, but for those that are ignored."""
    before = {number: signal.getsignal(number) for number in numbers}
    before = {n: earlier for n, earlier in before.items() if earlier is not signal.SIG_IGN}
    if threading.current_thread() is not threading.main_thread():
        before = {}
    for number in before:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)


GO_ON = "what was finished is kept; run the same command again to go on"


def interrupted(hint: str = GO_ON) -> NoReturn:
    """Say that nothing is lost, and exit as an interrupted program does."""
    from approx_build.process.child import leave

    with _handled(STOPPING, signal.SIG_IGN):
        leave()
        with suppress(OSError):  # the terminal may be gone
            print(f"\ninterrupted: {hint}", file=sys.stderr)
            sys.stderr.flush()
        os._exit(Exit.INTERRUPTED)
