"""The protocol of executors, which run batches of work and report progress."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from approx_build.execution.work import Failure, Made, Work

Batch = Sequence[Work]


OnProgress = Callable[[Batch, float | None, str], None]
"""Called with the done fraction of a batch, from 0 to 1, and a description. Without a fraction, the
text is a warning to print at once.
"""


@dataclass(frozen=True)
class Ended:
    """A batch has ended: every action in it was made or has failed."""

    batch: Batch
    made: Sequence[Made | Failure]


class Executor(Protocol):
    """Runs batches, several at once."""

    @property
    def slots(self) -> int:
        """How many batches can run at the same time."""

    def idle(self) -> int:
        """How many more batches can be started now."""

    def start(self, batch: Batch) -> None:
        """Start a batch; call it only when `idle()` is not 0."""

    def wait(self, on_progress: OnProgress) -> list[Ended]:
        """Wait for an event; the batches that have ended, perhaps none."""

    def close(self) -> None:
        """End everything, immediately if a batch is still running."""
