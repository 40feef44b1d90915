"""Interrupts: signals end a command, and no library swallows them."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from approx_build.process.signals import STOPPING, Alarm

__all__ = ["STOPPING", "handled", "signals_as_interrupts"]

Handler = Callable[[int, FrameType | None], None] | signal.Handlers

AGAIN_S = 0.5
"""A swallowed interrupt is raised again after this time."""


def _is_on_its_way(error: BaseException | None) -> bool:
    """Whether the current exception comes from a KeyboardInterrupt."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        # A library may wrap the interrupt in an error of its own; the context still shows it.
        error = error.__context__
    return error is not None


@contextmanager
def _without_unraisable() -> Iterator[None]:
    """Within, a KeyboardInterrupt in a place that cannot raise it prints no traceback."""
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
    """Within, `handler` handles these signals, except those that are ignored."""
    before = {number: signal.getsignal(number) for number in numbers}
    # A program under `nohup` ignores SIGHUP, and has to keep ignoring it.
    before = {n: earlier for n, earlier in before.items() if earlier is not signal.SIG_IGN}
    # `signal.signal` raises ValueError outside the main thread, as in a notebook or a server.
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
def signals_as_interrupts() -> Iterator[None]:
    """Within, SIGTERM and SIGHUP have the effect of Ctrl-C, unless they are ignored.

    A KeyboardInterrupt may arrive in a library that swallows it or converts it to its own error. So
    it is raised again until it propagates, and such an error counts as a KeyboardInterrupt.
    """
    asked: list[int] = []

    def again(_number: int, _frame: FrameType | None) -> None:
        if not _is_on_its_way(sys.exception()):
            raise KeyboardInterrupt

    alarm = Alarm(again)

    def stop(number: int, frame: FrameType | None) -> None:
        asked.append(number)
        # Windows has no SIGALRM: there the alarm arrives as a SIGINT that nobody typed.
        if alarm.rings():
            return alarm.ring(number, frame)
        alarm.set(AGAIN_S)
        raise KeyboardInterrupt

    with handled(STOPPING, stop), handled(alarm.signals, again), _without_unraisable():
        try:
            yield
        except Exception as error:
            if asked:
                raise KeyboardInterrupt from error
            raise
        finally:
            if asked:
                alarm.off()
