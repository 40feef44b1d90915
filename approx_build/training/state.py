"""The state of a training between two steps: all that is needed to resume exactly.

Kept in one safetensors file, written whole or not at all, and the one before it beside it. Its
notes hold the digest of its tensors and that of the notes themselves, so damage is noticed even
where the notes alone are read. Windows, augmentation and noise need no state: their streams are
named by epoch and window.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Field, ValidationError

from approx_build.errors import ModelError, reason
from approx_build.files import writing
from approx_build.files.opening import read_whole
from approx_build.store.delivery import write
from approx_build.store.disk import store_errors, sync_folder
from approx_build.training.checkpoint import HEADER_KEY, metadata_of, read_metadata
from approx_build.training.course import LOSS
from approx_build.training.ledger.record import CurvePoint, Name, StoredStep
from approx_build.training.loss_scale import LossScale

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

STATE_NAME, BEFORE_NAME = "resume.safetensors", "resume-before.safetensors"
NEXT_NAME = "resume-next.safetensors"
"""A whole state that could not yet take the place of the others."""
STATE_NAMES = (NEXT_NAME, STATE_NAME, BEFORE_NAME)
"""The newest first."""
NOT_AS_WRITTEN = "it is not as it was written"


class About(BaseModel):
    """The model and the manifest that a state names."""

    model: Name | None = None
    manifest: dict[str, Any] = {}


class Notes(BaseModel):
    """What each note of a state must be: a state that came with a project may say anything."""

    manifest: Annotated[str, Field(max_length=64)]
    about: About
    step: Annotated[int, Field(ge=0, lt=1 << 63)]
    seconds: Annotated[float, Field(ge=0, le=1e12)]
    scale: LossScale
    recent: dict[str, list[float]] | list[float]
    curve: list[CurvePoint]
    checkpoints: list[StoredStep]
    environments: list[dict[str, str]]
    order: dict[str, list[str]]


@dataclass
class TrainingState:
    """Weights, their average, the optimisers' tensors, and what has been noted so far.

    `manifest` is the digest of the training's manifest; `about` has that and the model.
    `recent` has the losses since the last point of the curve, by name.
    """

    manifest: str
    weights: dict[str, Tensor]
    average: dict[str, Tensor]
    optimizer: dict[str, Tensor]
    about: dict[str, Any] = field(default_factory=dict)
    step: int = 0
    seconds: float = 0.0
    scale: LossScale = field(default_factory=LossScale)
    recent: dict[str, list[float]] = field(default_factory=dict)
    curve: list[CurvePoint] = field(default_factory=list)
    checkpoints: list[StoredStep] = field(default_factory=list)
    environments: list[dict[str, str]] = field(default_factory=list)

    @property
    def is_finite(self) -> bool:
        """Whether weights and their average are numbers, all of them."""
        groups = (self.weights, self.average)
        return all(bool(t.isfinite().all()) for group in groups for t in group.values())

    def save(self, folder: Path) -> None:
        """Write the state, whole or not at all; the one before it is kept too.

        StoreError when a disk refuses; the states that are there stay.
        """
        from safetensors.torch import save

        tensors = {
            # safetensors refuses tensors that are not contiguous.
            f"{group}/{name}": tensor.contiguous()
            for group in GROUPS
            for name, tensor in getattr(self, group).items()
        }
        notes = {
            "manifest": self.manifest,
            "about": self.about,
            "step": self.step,
            "seconds": self.seconds,
            "scale": self.scale.notes(),
            "recent": self.recent,
            "curve": [point.model_dump() for point in self.curve],
            "checkpoints": [stored.model_dump() for stored in self.checkpoints],
            "environments": self.environments,
            "order": {group: list(getattr(self, group)) for group in GROUPS},
            "tensors": _digest({}, tensors),
        }
        notes["digest"] = _digest(notes, {})
        # At every moment a whole state has one of the three names.
        write(folder / NEXT_NAME, save(tensors, metadata={HEADER_KEY: json.dumps(notes)}))
        path = folder / STATE_NAME
        with store_errors(path):
            if path.exists():
                writing.replace(path, folder / BEFORE_NAME)
            writing.replace(folder / NEXT_NAME, path)
            sync_folder(folder)

    @staticmethod
    def remove(folder: Path) -> None:
        """Remove what was kept: the training is done."""
        for path in kept_states(folder):
            writing.remove(path)
        # Whoever finds the training recorded never looks here again.
        if folder.is_dir():
            sync_folder(folder)


GROUPS = ("weights", "average", "optimizer")


def load_state(
    folder: Path, manifest: str, device: str = "cpu", most: int | None = None
) -> TrainingState | None:
    """The newest whole state in `folder` of a manifest, by its digest; None when there is none.

    `device` is where its tensors are wanted, `most` the last step allowed.
    """
    for path in kept_states(folder):
        try:
            state = state_at(path, manifest, device)
        except ModelError:
            continue
        if most is None or state.step <= most:
            return state
    return None


def newest_metadata(folder: Path) -> dict[str, Any] | None:
    """The notes of the newest state in `folder` whose notes are whole; None when there is none."""
    for path in kept_states(folder):
        try:
            return _notes_at(path)
        except ModelError:
            continue
    return None


def kept_states(folder: Path) -> Iterator[Path]:
    """The states in a folder, whole or not, the newest first."""
    return (path for name in STATE_NAMES if os.path.lexists(path := folder / name))


def state_at(path: Path, manifest: str, device: str = "cpu") -> TrainingState:
    """The state in a file; ModelError, without the path, when it is damaged or another's."""
    notes, tensors = _content(path)
    if notes["manifest"] != manifest:
        raise ModelError("it is the state of another training")
    # In the order they had: sums over all tensors, such as a norm, depend on it.
    try:
        groups = {
            group: {name: tensors[f"{group}/{name}"].to(device) for name in notes["order"][group]}
            for group in GROUPS
        }
    except KeyError as error:
        raise ModelError(f"its tensors cannot be read ({error} is missing)") from None
    return TrainingState(
        manifest=manifest,
        about=notes["about"],
        step=notes["step"],
        seconds=notes["seconds"],
        scale=LossScale(**notes["scale"]),
        recent=_recent(notes["recent"]),
        curve=[CurvePoint(**point) for point in notes["curve"]],
        checkpoints=[StoredStep(**stored) for stored in notes["checkpoints"]],
        environments=notes["environments"],
        **groups,
    )


def _recent(noted: dict[str, list[float]] | list[float]) -> dict[str, list[float]]:
    """Losses by name; versions before players wrote a list, of the only loss there was."""
    return noted if isinstance(noted, dict) else {LOSS: noted} if noted else {}


def checked_notes(path: Path) -> dict[str, Any]:
    """What a state says of itself, its tensors read too; ModelError when any of it is damaged."""
    return _content(path)[0]


def _notes_at(path: Path) -> dict[str, Any]:
    """What a state says of itself; ModelError, without the path, when that is damaged."""
    notes = read_metadata(path)
    if "tensors" not in notes:
        # Versions before 0.3.0 wrote one digest of notes and tensors.
        return _content(path)[0]
    if notes.pop("digest", "") != _digest(notes, {}):
        raise ModelError(NOT_AS_WRITTEN)
    return _valid(notes)


def _valid(notes: dict[str, Any]) -> dict[str, Any]:
    """`notes`; ModelError when one of them is of another kind than this program writes."""
    try:
        Notes.model_validate(notes)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ModelError(f"not a training state ({where}: {first['msg']})") from None
    return notes


def _content(path: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Notes and tensors, checked; ModelError, without the path, when they are damaged."""
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        data = read_whole(path)
        notes, tensors = metadata_of(BytesIO(data), path), load(data)
    except ModelError as error:
        raise ModelError(error.message.removeprefix(f"{path}: ")) from None
    except OSError as error:
        raise ModelError(f"it cannot be read ({error.strerror})") from None
    except (SafetensorError, ValueError, LookupError, TypeError, RuntimeError) as error:
        raise ModelError(f"its tensors cannot be read ({reason(error)})") from None
    written, of_tensors = notes.pop("digest", ""), notes.get("tensors")
    if of_tensors is None:
        is_whole = written == _digest(notes, tensors)
    else:
        is_whole = written == _digest(notes, {}) and of_tensors == _digest({}, tensors)
    if not is_whole:
        raise ModelError(NOT_AS_WRITTEN)
    return _valid(notes), tensors


def _digest(notes: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> str:
    """SHA-256 of what is noted and of tensors by name: types, shapes and bytes."""
    digest = sha256(json.dumps(notes).encode())
    for name in sorted(tensors):
        tensor = tensors[name]
        digest.update(f"{name} {tensor.dtype} {list(tensor.shape)}".encode())
        digest.update(tensor.cpu().numpy().tobytes())
    return digest.hexdigest()
