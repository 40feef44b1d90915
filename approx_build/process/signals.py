"""Signals: those that end a command, and an alarm, where the system has them and where not."""

from __future__ import annotations

import _thread
import signal
import threading
from collections.abc import Callable
from types import FrameType

Ring = Callable[[int, FrameType | None], None]

STOPPING: list[signal.Signals] = [
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if hasattr(signal, name)
]
"""The signals that ask a command to end; SIGBREAK is Windows's Ctrl-Break."""


def name_of_signal(number: int) -> str:
    """What ended a process, as the system calls it."""
    return (signal.strsignal(number) or "unknown").lower()


def was_killed(exit_code: int | None) -> bool:
    """Whether a child was ended by SIGKILL, which nothing can handle."""
    return hasattr(signal, "SIGKILL") and exit_code == -signal.SIGKILL


class Alarm:
    """Calls `ring` on the main thread repeatedly, once set: by SIGALRM where the system has it."""

    def __init__(self, ring: Ring) -> None:
        self.ring = ring
        self.signals = [signal.SIGALRM] if hasattr(signal, "setitimer") else []
        """Signals for `ring` to handle."""
        self._stop = threading.Event()
        self._is_ringing = False

    def set(self, every_s: float) -> None:
        """Ring after this time and then repeatedly."""
        if self.signals:
            # Repeated: one interrupt may again arrive where a library swallows it.
            signal.setitimer(signal.ITIMER_REAL, every_s, every_s)
        # A second thread would ring twice as often.
        elif not self._is_ringing:
            self._is_ringing = True
            threading.Thread(target=self._interrupt_main, args=(every_s,), daemon=True).start()

    def rings(self) -> bool:
        """Whether a SIGINT is a ring of the alarm, on systems without SIGALRM."""
        return self._is_ringing

    def off(self) -> None:
        """Stop ringing."""
        self._stop.set()
        if self.signals:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _interrupt_main(self, every_s: float) -> None:
        while not self._stop.wait(every_s):
            _thread.interrupt_main()


def wake_main(number: signal.Signals) -> None:
    """Make the main thread handle a signal, even while it waits, where the system supports that."""
    main = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and main is not None:
        # Aimed at the main thread: only it runs handlers, and the signal interrupts its system
        # call.
        signal.pthread_kill(main, number)
    else:
        _thread.interrupt_main(number)
