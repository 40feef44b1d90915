"""What an executor of batches of work is, and what it tells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from approx_build.execution.work import Failure, Made, Work

Batch = Sequence[Work]


Heard = Callable[[Batch, float | None, str], None]
"""Told how far a batch has come, from 0 to 1, in words too; without a fraction, a remark."""


@dataclass(frozen=True)
class Ended:
    """A batch has ended; everything in it is made or has failed."""

    batch: Batch
    made: Sequence[Made | Failure]


class Executor(Protocol):
    """Runs batches, several at once."""

    @property
    def slots(self) -> int:
        """How many batches can run at once."""

    def idle(self) -> int:
        """How many more batches can be started now."""

    def start(self, batch: Batch) -> None:
        """Start a batch; only when one is idle."""

    def wait(self, heard: Heard) -> list[Ended]:
        """Wait until something happens; the batches that have ended, perhaps none."""

    def close(self) -> None:
        """End everything, at once if it still runs."""
