"""Progress reports of the training loop, and requests to stop it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType


@dataclass(frozen=True, slots=True)
class Progress:
    """After a step: losses (`held_out` when it was just measured), seconds and pace so far.

    `losses` are those of the step by name: the only one, or one for each player. `pace` is in
    windows per second, of this session.
    """

    step: int
    steps: int
    losses: Mapping[str, float]
    held_out: float | None
    seconds: float
    pace: float = 0.0


# Windows has no SIGHUP.
STOPPING = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]

Watcher = Callable[[Progress], None]


def ignore_progress(progress: Progress) -> None:
    """Ignore the progress."""


@dataclass
class StopRequest:
    """The signal that asked to stop, or none."""

    signal: int | None = None


@contextmanager
def stop_on_signals() -> Iterator[StopRequest]:
    """Within, Ctrl-C, SIGTERM and SIGHUP ask to stop instead of stopping; a second Ctrl-C stops.

    A signal that is ignored stays so: a worker's builder alone stops it, whoever pressed Ctrl-C.
    Only the main thread can catch signals; elsewhere nothing changes.
    """
    request = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    handlers = {number: signal.getsignal(number) for number in STOPPING}
    before = {n: handler for n, handler in handlers.items() if handler is not signal.SIG_IGN}

    def ask(number: int, _frame: FrameType | None) -> None:
        # A whole group is asked to end at once, and a worker then by its builder too.
        request.signal = number
        if signal.SIGINT in before:
            signal.signal(signal.SIGINT, before[signal.SIGINT])

    for number in before:
        signal.signal(number, ask)
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
