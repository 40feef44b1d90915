"""Progress: what the builder tells the face while it works."""

from __future__ import annotations

from collections.abc import Sequence

from approx_build.execution.estimate import Remaining
from approx_build.execution.result import Built
from approx_build.execution.work import Failure
from approx_build.plan.graph import Action


class Progress:
    """Hears of a build and does nothing; the face overrides what it wants to show.

    Called from the builder's thread only.
    """

    def waiting(self, words: str) -> None:
        """The build cannot begin yet; why."""

    def started(self, total: int, jobs: int) -> None:
        """A build of `total` actions begins."""

    def action_started(self, action: Action) -> None:
        """The action is given to a worker."""

    def action_progress(self, action: Action, fraction: float, words: str = "") -> None:
        """The action, or the batch it runs in, has come so far, from 0 to 1; how, in words."""

    def action_remark(self, action: Action, words: str) -> None:
        """The action, or the batch that it is the first of, has something to say at once."""

    def action_done(
        self, action: Action, was_run: bool, seconds: float, remaining: Remaining
    ) -> None:
        """The action is done: run just now, or found in the store (`seconds` is then 0)."""

    def action_failed(self, failure: Failure) -> None:
        """The action failed."""

    def stopping(self, trainings: Sequence[str]) -> None:
        """The build is interrupted; these trainings keep their state first."""

    def finished(self, built: Built) -> None:
        """The build has ended, well or not, or was interrupted."""
