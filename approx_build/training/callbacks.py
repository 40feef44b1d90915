"""Resources and callbacks of a training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from approx_build.training.ledger.entry import Status
from approx_build.training.ledger.record import TrainingRecord
from approx_build.training.process_group import ALONE, Share
from approx_build.training.progress import Watcher, ignore_progress
from approx_build.training.state import TrainingState


class Callback:
    """Callbacks of a training; this class does nothing and allows everything."""

    def allow(self) -> None:
        """Raise when consent is no longer given; asked at first and whenever state is kept."""

    def objects(self, seconds: float, next_s: float) -> str:
        """Why the budget does not allow `next_s` more seconds in this session; empty if it does."""
        return ""

    def began(self, state: TrainingState, environment: dict[str, str]) -> None:
        """A session has begun."""

    def kept(self, state: TrainingState, status: Status, reason: str = "") -> None:
        """The state was kept, or the training has come to an end."""

    def repaired(self, record: TrainingRecord) -> None:
        """A finished training whose files were damaged is whole again."""

    def remarked(self, words: str) -> None:
        """Report a remark at once."""

    def warned(self, words: str) -> None:
        """Report a problem with the weights at once, and record it with the run."""
        self.remarked(words)


def no_copy(_digest: str, _path: Path) -> bool:
    """Nobody has copies of files."""
    return False


@dataclass(frozen=True)
class Resources:
    """The resources of a training run, and its observers.

    Only `device` and `share` can change bits; the numeric environment names them.
    """

    threads: int = 1
    loaders: int = 1
    device: str = "cpu"
    share: Share = ALONE
    parent: Path | None = None
    callback: Callback = field(default_factory=Callback)
    progress: Watcher = ignore_progress
    copy: Callable[[str, Path], bool] = no_copy
    """Writes the file of a digest to a path where there is a copy of it; whether there was."""
