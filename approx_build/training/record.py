"""The record of a training run: `record.json` beside its checkpoints."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from approx_build.corpus.hours import Hours
from approx_build.errors import ModelError
from approx_build.store.delivery import write

RECORD_NAME = "record.json"


class CurvePoint(BaseModel):
    """A point of the loss curve, nats per sample.

    `train` is the mean over the steps since the point before (with noise in phase two),
    `held_out` that of the averaged weights on what is held out.
    """

    model_config = ConfigDict(frozen=True)

    step: int
    train: float | None
    held_out: float


class StoredStep(BaseModel):
    """A checkpoint: its step, held-out loss, file name and the file's SHA-256."""

    model_config = ConfigDict(frozen=True)

    step: int
    loss: float
    file: str
    digest: str


class TrainingRecord(BaseModel):
    """What a training run was told, what it heard, where it ran, and what it made.

    `converted` says what preparation did to a recording, `unused` why one was not heard. Seconds
    of sound: as recorded, after preparation, and in all windows that were drawn. `windows` are
    those of an epoch; `left_out` counts steps whose gradients were not finite in float16.
    """

    model_config = ConfigDict(frozen=True)

    model: str
    family: str
    corpus: str
    corpus_digest: str
    recordings: dict[str, str]
    converted: dict[str, str]
    unused: dict[str, str] = {}
    recorded_s: float = 0.0
    prepared_s: float = 0.0
    heard_s: float = 0.0
    windows: int = 0
    seed: int
    manifest: dict[str, Any]
    threads: int
    processes: int = 1
    environments: list[dict[str, str]]
    seconds: float
    left_out: int = 0
    curve: list[CurvePoint]
    checkpoints: list[StoredStep]

    @property
    def hours(self) -> Hours:
        """How much sound there was, and how much of it was heard."""
        return Hours(self.recorded_s, self.prepared_s, self.heard_s)

    def write(self, folder: Path) -> None:
        """Write `record.json`, whole or not at all; StoreError when a disk refuses."""
        text = json.dumps(self.model_dump(mode="json"), indent=1, sort_keys=True)
        write(folder / RECORD_NAME, (text + "\n").encode())

    def is_of(self, manifest: Mapping[str, Any]) -> bool:
        """Whether this is the record of the very training that `manifest` tells of."""
        return manifest_digest(self.manifest) == manifest_digest(manifest)

    def checkpoint(self, step: int | None = None) -> StoredStep:
        """The checkpoint after `step` steps, or the last; ModelError when it was not kept."""
        if step is None:
            return self.checkpoints[-1]
        for stored in self.checkpoints:
            if stored.step == step:
                return stored
        kept = ", ".join(str(stored.step) for stored in self.checkpoints)
        raise ModelError(f"model {self.model!r} has no checkpoint at step {step}; kept: {kept}")


def read_record(folder: Path) -> TrainingRecord | None:
    """The record in `folder`, None when there is none; ModelError when it cannot be read."""
    path = folder / RECORD_NAME
    return record_at(path) if path.exists() else None


def record_at(path: Path) -> TrainingRecord:
    """The record that a file holds; ModelError when it cannot be read."""
    try:
        return TrainingRecord.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror})") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "text"
        raise ModelError(
            f"{path}: not a training record ({where}: {first['msg']}); "
            "restore it, or remove its folder to train again"
        ) from None


def manifest_digest(manifest: Mapping[str, Any]) -> str:
    """SHA-256 of a manifest's canonical JSON."""
    text = json.dumps(manifest, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def loss_curves(points: Sequence[CurvePoint]) -> dict[str, tuple[tuple[float, float], ...]]:
    """The loss curves of a training by name, as a page draws them: (step, loss)."""
    train = tuple((float(p.step), p.train) for p in points if p.train is not None)
    held_out = tuple((float(p.step), p.held_out) for p in points)
    return {"training": train, "held out": held_out}
