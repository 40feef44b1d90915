"""Interrupts: signals that end a command, and none that a library swallows."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

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
def handled(numbers: list[signal.Signals], handler: Handler) -> Iterator[None]:
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


@contextmanager
def ending_calmly() -> Iterator[None]:
    """Within, SIGTERM and SIGHUP do what Ctrl-C does, unless they are ignored.

    A KeyboardInterrupt may come while a library runs that swallows it, or makes an error of its own
    of it. So it is raised again until it is on its way, and such an error is a KeyboardInterrupt.
    """
    asked: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        asked.append(number)
        signal.setitimer(signal.ITIMER_REAL, AGAIN_S, AGAIN_S)
        raise KeyboardInterrupt

    def again(_number: int, _frame: FrameType | None) -> None:
        if not _is_on_its_way(sys.exception()):
            raise KeyboardInterrupt

    with handled(STOPPING, stop), handled([signal.SIGALRM], again), _unraisable_unsaid():
        try:
            yield
        except Exception as error:
            if asked:
                raise KeyboardInterrupt from error
            raise
        finally:
            if asked:
                signal.setitimer(signal.ITIMER_REAL, 0)
