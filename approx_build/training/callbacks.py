"""What a training runs with, and what it calls on its way."""

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
    """What a training calls on its way; this one does nothing and objects to nothing."""

    def allow(self) -> None:
        """Raise when consent is no longer given; asked at first and whenever state is kept."""

    def objects(self, seconds: float, next_s: float) -> str:
        """Why the next seconds may not be spent after those of this sitting; empty: they may."""
        return ""

    def began(self, state: TrainingState, environment: dict[str, str]) -> None:
        """A sitting has begun."""

    def kept(self, state: TrainingState, status: Status, reason: str = "") -> None:
        """The state was kept, or the training has come to an end."""

    def repaired(self, record: TrainingRecord) -> None:
        """A finished training whose files were damaged is whole again."""

    def remarked(self, words: str) -> None:
        """Something is worth saying at once."""


def no_copy(_digest: str, _path: Path) -> bool:
    """Nobody has copies of files."""
    return False


@dataclass(frozen=True)
class Resources:
    """With what a training runs, and who hears of it.

    No bit depends on it, but for device and share, which the numeric environment names.
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
