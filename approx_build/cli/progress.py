"""Progress on the terminal: a bar with an estimate, or plain lines when nobody watches."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from approx_build.cli.output import print_lines, shown, warn
from approx_build.process.streams import bare, prepare
from approx_build.project.observer import Observer
from approx_build.units import counted, duration
from approx_build.visible import visible

if TYPE_CHECKING:
    from approx_build.execution.estimate import Remaining
    from approx_build.execution.result import Built
    from approx_build.execution.work import Failure
    from approx_build.plan.graph import Action

PLAIN_EVERY_S = 10.0
NEARLY = "nearly done"
KEEPING = (
    "stopping after saving the state of {}; press Ctrl-C again to stop at once and lose a few steps"
)


def observer_for(is_quiet: bool = False, is_verbose: bool = False) -> Observer:
    """What suits the options and the place that output goes to."""
    if is_quiet:
        return Observer()
    if sys.stderr.isatty() and not is_verbose:
        return Bar()
    return Lines(is_verbose)


def left(remaining: Remaining) -> str:
    """What is left, saying so when part of it cannot be estimated."""
    if not remaining.actions:
        return ""
    known = f"about {duration(remaining.seconds)}" if remaining.seconds >= 1 else ""
    unknown = f"{counted(remaining.unknown, 'step')} not yet timed" if remaining.unknown else ""
    return " plus ".join(part for part in (known, unknown) if part) or NEARLY


def live(*columns: Any) -> Any:
    """A bar of rich's that is drawn already. What is printed meanwhile is printed above it."""
    from rich.console import Console
    from rich.progress import Progress

    bar = Progress(*columns, console=Console(file=bare(sys.stderr)), transient=True)
    bar.start()
    # The streams are rich's now, until the bar stops.
    prepare()
    return bar


class Pace:
    """How long what is running will take, from how far it has come since it was seen first."""

    def __init__(self) -> None:
        self._first: dict[str, tuple[float, float]] = {}

    def words(self, action: Action, fraction: float, words: str) -> str:
        """`words` and the time left; empty without words."""
        now = time.monotonic()
        began, first = self._first.setdefault(action.target, (now, fraction))
        if not words or fraction <= first or now - began < 2:
            return words
        left = (now - began) * (1 - fraction) / (fraction - first)
        return f"{words}, {duration(left)} left"


class TextObserver(Observer):
    """Prints remarks as results, and what is being done beside them."""

    def remark(self, words: str) -> None:
        """Print it."""
        print_lines(words)

    def activity(self, words: str) -> None:
        """Print it."""
        warn(words)

    def waiting(self, words: str) -> None:
        """Print it; there is no bar yet."""
        warn(words)


class Lines(TextObserver):
    """Plain lines: each action when verbose, otherwise how far it is every ten seconds."""

    def __init__(self, verbose: bool) -> None:
        self._verbose = verbose
        self._total = self._done = self._ran = 0
        self._reported_at = time.monotonic()
        self._pace = Pace()

    def started(self, total: int, jobs: int) -> None:
        """Remember how much there is."""
        self._total = total

    def action_done(
        self, action: Action, was_run: bool, seconds: float, remaining: Remaining
    ) -> None:
        """Say what was made, or now and then how far it is."""
        self._done += 1
        self._ran += was_run
        if self._verbose and was_run:
            warn(f"{action.kind.value:>10}  {action.target}  ({seconds:.2f} s)")
        elif not self._verbose and time.monotonic() - self._reported_at >= PLAIN_EVERY_S:
            self._reported_at = time.monotonic()
            rest = left(remaining)
            more = "" if not rest else f", {rest}" if rest == NEARLY else f", {rest} left"
            warn(f"{self._done}/{self._total} done{more}")

    def action_progress(self, action: Action, fraction: float, words: str = "") -> None:
        """Say now and then how far something long has come."""
        message = self._pace.words(action, fraction, words)
        if message and time.monotonic() - self._reported_at >= PLAIN_EVERY_S:
            self._reported_at = time.monotonic()
            warn(f"{action.target} {fraction:.1%}: {message}")

    def action_remark(self, action: Action, words: str) -> None:
        """Say it."""
        warn(f"{action.target}: {words}")

    def stopping(self, trainings: Sequence[str]) -> None:
        """Say what is still done."""
        if trainings:
            warn(KEEPING.format(", ".join(trainings)))

    def action_failed(self, failure: Failure) -> None:
        """Say what failed as soon as it does."""
        warn(f"failed: {failure.target}")


class Bar(TextObserver):
    """A bar on a terminal."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._task: Any = None
        self._running: dict[str, float] = {}
        self._words: dict[str, str] = {}
        self._pace = Pace()
        self._done = 0

    def started(self, total: int, jobs: int) -> None:
        """Open the bar."""
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn

        self._bar = live(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("{task.fields[left]}", markup=False),
        )
        self._task = self._bar.add_task("planning", total=total, left="")

    def action_started(self, action: Action) -> None:
        """Show what runs."""
        self._running[action.target] = 0.0
        self._show()

    def action_progress(self, action: Action, fraction: float, words: str = "") -> None:
        """Show how far what runs has come, and how long the rest of it will take."""
        self._running[action.target] = fraction
        self._words[action.target] = self._pace.words(action, fraction, words)
        self._show()

    def action_done(
        self, action: Action, was_run: bool, seconds: float, remaining: Remaining
    ) -> None:
        """Move on."""
        self._running.pop(action.target, None)
        self._words.pop(action.target, None)
        self._done += 1
        self._bar.update(self._task, completed=self._done, left=left(remaining))
        self._show()

    def action_remark(self, action: Action, words: str) -> None:
        """Say it above the bar."""
        self._print_line(f"{action.target}: {words}")

    def stopping(self, trainings: Sequence[str]) -> None:
        """Say what is still done, above the bar."""
        if trainings:
            self._print_line(KEEPING.format(", ".join(trainings)))

    def action_failed(self, failure: Failure) -> None:
        """Say what failed above the bar."""
        self._running.pop(failure.target, None)
        self._print_line(f"failed: {failure.target}")

    def finished(self, built: Built) -> None:
        """Close the bar."""
        if self._bar is not None:
            self._bar.stop()

    def _print_line(self, text: str) -> None:
        self._bar.console.print(shown(text), markup=False, highlight=False)

    def _show(self) -> None:
        names = list(self._running)
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        share = f" {self._running[names[0]]:.0%}" if names and self._running[names[0]] else ""
        words = self._words.get(names[0], "") if names else ""
        text = f"{names[0]}{share}{more}" if names else "checking"
        message = "\n".join(filter(None, (visible(text)[-60:], visible(words))))
        self._bar.update(self._task, description=message)
