"""The record of a training run: `record.json` beside its checkpoints.

It holds the SHA-256 of the rest of itself, so damage is noticed when it is read; records written
before 0.3.0 hold none and are believed. The folder of a training has a second copy.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)

from approx_build.canonical import canonical
from approx_build.corpus.recordings import Hours
from approx_build.errors import ModelError, reason
from approx_build.files.json_text import parse_json
from approx_build.files.opening import read_bounded
from approx_build.store.delivery import write
from approx_build.training.checkpoint import file_name

RECORD_NAME, COPY_NAME = "record.json", "record-copy.json"
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=255)]
"""The name of a model or a corpus, which is that of a file or a folder."""


class CurvePoint(BaseModel):
    """A point of the loss curve, in the family's unit.

    `train` is the mean over the steps since the point before (with noise in phase two),
    `held_out` that of the averaged weights on what is held out. A network with players has no
    single training loss: `losses` has the mean of each player's, and of its terms, by name.
    """

    model_config = ConfigDict(frozen=True)

    step: int
    train: float | None
    held_out: float
    losses: dict[str, float] = {}

    @model_serializer(mode="wrap")
    def _without_players(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without `losses` where there are none, as versions before players wrote it."""
        return without_empty(written(self), "losses")


def without_empty(values: dict[str, Any], name: str) -> dict[str, Any]:
    """A model's values without a field that is empty."""
    return {key: value for key, value in values.items() if key != name or value}


class StoredStep(BaseModel):
    """A checkpoint: its step, held-out loss, file name and the file's SHA-256.

    The step determines the name: a record that came with a project cannot choose another file.
    """

    model_config = ConfigDict(frozen=True)

    step: int = Field(ge=0, lt=1 << 63)
    loss: float
    file: str
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")

    @model_validator(mode="after")
    def _has_its_name(self) -> StoredStep:
        if self.file != file_name(self.step):
            raise ValueError(f"the file of step {self.step} is {file_name(self.step)}")
        return self


class TrainingRecord(BaseModel):
    """The settings of a training run, its sound, where it ran, and what it made.

    `converted` says what preparation did to a recording, `unused` why one was not used. Seconds
    of sound: as recorded, after preparation, and in all windows that were drawn. `windows` are
    those of an epoch; `left_out` counts steps whose gradients were not finite in float16.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: Name
    family: str
    corpus: Name
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
    checkpoints: list[StoredStep] = Field(min_length=1)

    @property
    def hours(self) -> Hours:
        """How much sound there was, and how much of it was used."""
        return Hours(self.recorded_s, self.prepared_s, self.heard_s)

    def write(self, folder: Path, name: str = RECORD_NAME) -> None:
        """Write the record, whole or not at all; StoreError when a disk refuses."""
        content = self.model_dump(mode="json")
        content["digest"] = _digest(content)
        text = json.dumps(content, indent=1, sort_keys=True)
        write(folder / name, (text + "\n").encode())

    def is_of(self, manifest: Mapping[str, Any]) -> bool:
        """Whether this is the record of the training with this `manifest`."""
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
    """The record in `folder`, None when there is none; ModelError when it is damaged."""
    path = folder / RECORD_NAME
    # A link that leads nowhere is a damaged record, not a missing one.
    if not os.path.lexists(path):
        return None
    try:
        return record_at(path)
    except ModelError as error:
        advice = "restore it, or remove its folder to train again"
        raise ModelError(f"{path}: {error.message}; {advice}") from None


def whole_record(folder: Path, manifest: str = "") -> TrainingRecord | None:
    """The record in the folder of a training, or its copy; None when neither is whole.

    With the digest of a manifest, one of another training is none.
    """
    for name in (RECORD_NAME, COPY_NAME):
        with suppress(ModelError):
            return record_at(folder / name, manifest)
    return None


def record_at(path: Path, manifest: str = "") -> TrainingRecord:
    """The record that a file holds; ModelError, without the path, when it is damaged.

    With the digest of a manifest, that of another training is none.
    """
    try:
        record = record_of(read_bounded(path))
    except OSError as error:
        raise ModelError(f"it cannot be read ({error.strerror})") from None
    if manifest not in ("", manifest_digest(record.manifest)):
        raise ModelError("it is the record of another training")
    return record


def record_of(data: bytes) -> TrainingRecord:
    """The record in the bytes of a file or an object; ModelError when it is damaged."""
    try:
        content = parse_json(data)
        written = content.pop("digest", None)
        if written not in (None, _digest(content)):
            raise ModelError("it is not as it was written")
        # Half a character of two can be read and not be written again.
        json.dumps(content, ensure_ascii=False).encode()
        return TrainingRecord.model_validate(content)
    # First, because a ValidationError is a ValueError, too.
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ModelError(f"not a training record ({where}: {first['msg']})") from None
    except (ValueError, TypeError, AttributeError) as error:
        raise ModelError(f"not a training record ({reason(error)})") from None


def _digest(content: Mapping[str, Any]) -> str:
    return sha256(canonical(content).encode()).hexdigest()


def manifest_digest(manifest: Mapping[str, Any]) -> str:
    """SHA-256 of a manifest's canonical JSON."""
    text = json.dumps(manifest, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def loss_curves(points: Sequence[CurvePoint]) -> dict[str, tuple[tuple[float, float], ...]]:
    """The loss curves of a training by name, as a page draws them: (step, loss)."""
    train = tuple((float(p.step), p.train) for p in points if p.train is not None)
    held_out = tuple((float(p.step), p.held_out) for p in points)
    return {"training": train, "held out": held_out}
