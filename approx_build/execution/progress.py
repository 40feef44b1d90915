"""Progress: what the builder reports while it works."""

from __future__ import annotations

from collections.abc import Sequence

from approx_build.execution.estimate import Remaining
from approx_build.execution.result import Built
from approx_build.execution.work import Failure
from approx_build.plan.graph import Action


class Progress:
    """Receives the events of a build and ignores them; override what you want to show.

    Called from the builder's thread only.
    """

    def waiting(self, words: str) -> None:
        """The build cannot begin yet; the reason."""

    def started(self, total: int, jobs: int) -> None:
        """A build of `total` actions begins."""

    def action_started(self, action: Action) -> None:
        """The action is given to a worker."""

    def action_progress(self, action: Action, fraction: float, words: str = "") -> None:
        """The action, or its batch, is done to this fraction, from 0 to 1; a description."""

    def action_remark(self, action: Action, words: str) -> None:
        """The action, or the batch that starts with it, has a message to print at once."""

    def action_done(
        self, action: Action, was_run: bool, seconds: float, remaining: Remaining
    ) -> None:
        """The action is done: it ran, or the store had it (`seconds` is then 0)."""

    def action_failed(self, failure: Failure) -> None:
        """The action failed."""

    def stopping(self, trainings: Sequence[str]) -> None:
        """The build is interrupted; these trainings save their state first."""

    def finished(self, built: Built) -> None:
        """The build has ended: finished, failed or interrupted."""
