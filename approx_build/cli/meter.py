"""The meter of long work on a store: a bar with an estimate, or plain lines when nobody watches."""

from __future__ import annotations

import sys
import threading
import time
from typing import Any

from approx_build.cli.output import warn
from approx_build.cli.progress import PLAIN_EVERY_S, live
from approx_build.store.watch import Watch
from approx_build.units import duration, size
from approx_build.visible import visible

SURE_AFTER_S = 2.0
"""How long work must have gone on before what is left of it is estimated."""
OFTEN_S = 0.1


def meter(is_quiet: bool) -> Watch:
    """What suits the option and the place that output goes to."""
    if is_quiet:
        return Watch()
    return Bar() if sys.stderr.isatty() else Lines()


class Lines(Watch):
    """A line every ten seconds; threads may step at once."""

    every_s = PLAIN_EVERY_S

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._what, self._done, self._total, self._is_bytes = "", 0, 0, False
        self._began = self._reported_at = time.monotonic()

    def begin(self, what: str, total: int, is_bytes: bool = False) -> None:
        """Remember what begins, and how much of it there is."""
        self._what, self._done, self._total, self._is_bytes = what, 0, total, is_bytes
        self._began = time.monotonic()

    def step(self, count: int = 1) -> None:
        """Say now and then how far it is."""
        with self._lock:
            if not self._done:
                self._began = time.monotonic()  # what came before was no work of this kind
            self._done += count
            if time.monotonic() - self._reported_at >= self.every_s:
                self._reported_at = time.monotonic()
                self.show()

    def show(self) -> None:
        """Say how far it is."""
        warn(self.words())

    def words(self) -> str:
        """How far it is, and how long the rest will take at the pace until now."""
        shown = size if self._is_bytes else "{:,}".format
        words = f"{self._what}: {shown(self._done)} of {shown(max(self._done, self._total))}"
        passed = time.monotonic() - self._began
        if passed < SURE_AFTER_S or not self._done:
            return words
        left = passed * max(0, self._total - self._done) / self._done
        return f"{words}, about {duration(left)} left"


class Bar(Lines):
    """A bar on a terminal."""

    every_s = OFTEN_S

    def __init__(self) -> None:
        super().__init__()
        self._bar: Any = None
        self._task: Any = None

    def begin(self, what: str, total: int, is_bytes: bool = False) -> None:
        """Show a bar of what begins."""
        from rich.progress import BarColumn, TextColumn

        super().begin(what, total, is_bytes)
        if self._bar is None:
            self._bar = live(
                BarColumn(bar_width=30), TextColumn("{task.description}", markup=False)
            )
            self._task = self._bar.add_task(what)
        self._bar.reset(self._task, total=total, description=visible(what))

    def show(self) -> None:
        """Move on."""
        self._bar.update(self._task, completed=self._done, description=visible(self.words()))

    def end(self) -> None:
        """Close the bar."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
