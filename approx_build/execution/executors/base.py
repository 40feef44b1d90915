"""The protocol of executors, which run batches of work, and the table of executors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from typing import Any, Protocol, cast

from approx_build.errors import UsageError
from approx_build.execution.work import Failure, RunActions, Success, Work
from approx_build.registry import loaded, points
from approx_build.store.store import Store

Batch = Sequence[Work]

GROUP = "approx_build.executors"
"""The entry points by which other packages add executors."""
EXECUTORS = {
    "processes": "approx_build.execution.executors.local:Processes",
    "in-process": "approx_build.execution.executors.local:in_process",
}
"""The factory of each executor in this package, as `module:name`."""


OnProgress = Callable[[Batch, float | None, str], None]
"""Called with the done fraction of a batch, from 0 to 1, and a description. Without a fraction, the
text is a warning to print at once.
"""


@dataclass(frozen=True)
class BatchEnd:
    """A batch has ended: every action in it was made or has failed."""

    batch: Batch
    made: Sequence[Success | Failure]


class Executor(Protocol):
    """Runs batches, several at once."""

    @property
    def slots(self) -> int:
        """How many batches can run at the same time."""

    def idle(self) -> int:
        """How many more batches can be started now."""

    def start(self, batch: Batch) -> None:
        """Start a batch; call it only when `idle()` is not 0."""

    def wait(self, on_progress: OnProgress) -> list[BatchEnd]:
        """Wait for an event; the batches that have ended, perhaps none."""

    def close(self) -> None:
        """End everything, immediately if a batch is still running."""


class Opening(Protocol):
    """Opens an executor, which runs batches with a `execution.runner.Runner`."""

    def __call__(
        self,
        slots: int,
        run: RunActions,
        store: Store,
        options: Any = None,
        toolchain: Mapping[str, str] = {},
        /,
    ) -> Executor:
        """An executor of up to `slots` batches at once; `options` are given to `run`."""


def executor(name: str) -> Opening:
    """The function that opens the executor with this name; UsageError when there is none."""
    ours = {one: EntryPoint(one, where, GROUP) for one, where in EXECUTORS.items()}
    # Ours last, so that another package cannot silently replace an executor of this one.
    known = {point.name: point for point in points(GROUP)} | ours
    if name not in known:
        raise UsageError(f"unknown executor {name!r}; there are: {', '.join(sorted(known))}")
    return cast(Opening, loaded(known[name]))
