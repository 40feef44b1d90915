"""Earlier runs of a model in a store, unfinished or finished."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from approx_build.training.checkpoint import is_intact
from approx_build.training.ledger.entry import run_name
from approx_build.training.ledger.record import (
    RECORD_NAME,
    StoredStep,
    TrainingRecord,
    manifest_digest,
    whole_record,
)
from approx_build.training.state import STATE_NAME, newest_metadata

FOLDER = "training"
"""Where a store has them."""


@dataclass(frozen=True)
class EarlierRun:
    """A run in `folder`: its settings, the step that it has reached, and what it kept."""

    model: str
    manifest: Mapping[str, Any]
    folder: Path
    step: int
    checkpoints: Sequence[StoredStep] = ()
    record: TrainingRecord | None = None
    is_shipped: bool = False

    @property
    def name(self) -> str:
        """Its name, as the ledger has it."""
        return run_name(self.model, self.manifest)

    @property
    def is_done(self) -> bool:
        """Whether it went to its end."""
        return self.record is not None

    @property
    def steps(self) -> int:
        """The steps it was asked for; those it made where its manifest does not say."""
        training = self.manifest.get("training")
        asked = training.get("steps") if isinstance(training, dict) else None
        return asked if isinstance(asked, int) else self.step


def working_folder(store: Path, digest: str) -> Path:
    """Where the training of a manifest, by its digest, keeps state and checkpoints."""
    return store / FOLDER / digest[:16]


def run_of(store: Path, manifest: Mapping[str, Any]) -> EarlierRun | None:
    """What the store has of the training of this very manifest."""
    digest = manifest_digest(manifest)
    found = run_in(working_folder(store, digest))
    # The name of the folder has only a part of the digest.
    return found if found and manifest_digest(found.manifest) == digest else None


def finished_run(store: Path, manifest: Mapping[str, Any]) -> TrainingRecord | None:
    """The record of the training of this manifest, when all its files are whole: nothing to do."""
    digest = manifest_digest(manifest)
    folder = working_folder(store, digest)
    record = whole_record(folder, digest)
    if record and all(is_intact(folder / one.file, one.digest) for one in record.checkpoints):
        return record
    return None


def last_run(store: Path, model: str, shipped: Path) -> EarlierRun | None:
    """The run of `model` that was at work last; without any in the store, the shipped one."""
    # Locks and folders that were set aside begin with a dot.
    folders = sorted((store / FOLDER).glob("[!.]*"), key=_touched)
    found = [run for folder in folders if (run := run_in(folder)) and run.model == model]
    if found:
        return found[-1]
    run = run_in(shipped)
    return run and replace(run, is_shipped=True)


def run_in(folder: Path) -> EarlierRun | None:
    """The run in a folder; None if there is none with readable metadata."""
    record = whole_record(folder)
    if record is not None:
        last = record.checkpoints[-1].step
        return EarlierRun(record.model, record.manifest, folder, last, record.checkpoints, record)
    notes = newest_metadata(folder)
    about = notes.get("about") if notes else None
    if not notes or not about or not {"model", "manifest"} <= about.keys():
        return None
    kept = [StoredStep(**stored) for stored in notes["checkpoints"]]
    return EarlierRun(about["model"], about["manifest"], folder, notes["step"], kept)


def _touched(folder: Path) -> int:
    """When something was kept in a folder last, in nanoseconds."""
    files = (folder / name for name in (RECORD_NAME, STATE_NAME))
    return max((file.stat().st_mtime_ns for file in files if file.exists()), default=0)
