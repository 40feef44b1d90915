"""The observer: what a verb reports while it works."""

from __future__ import annotations

from approx_build.execution.progress import Progress
from approx_build.store.watch import Watch


class Observer(Progress, Watch):
    """Receives the progress of every verb and ignores it; override what you want to show.

    The thread that called the verb calls it, but for `begin`, `step` and `end`: any thread may.
    """

    def remark(self, words: str) -> None:
        """Something about the piece, model or corpus that a person should read."""

    def activity(self, words: str) -> None:
        """What the verb is doing now, or in what way."""
