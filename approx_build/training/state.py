"""The state of a training between two steps: all that is needed to go on exactly.

Kept in one safetensors file with the digest of all it holds, written whole or not at all, and
the one before it beside it: a state that the disk damaged is noticed, and the other serves.
Windows, augmentation and noise need no state: their streams are named by epoch and window.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from approx_build.errors import ModelError
from approx_build.store.delivery import write
from approx_build.store.disk import plain_words, sync_folder
from approx_build.training.checkpoint import HEADER_KEY, about_in, read_about
from approx_build.training.record import CurvePoint, StoredStep
from approx_build.training.scaler import LossScale

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

STATE_NAME, BEFORE_NAME = "resume.safetensors", "resume-before.safetensors"
NEXT_NAME = "resume-next.safetensors"
"""A whole state that could not yet take the place of the others."""


@dataclass
class TrainingState:
    """Weights, their average, the optimiser's tensors, and what has been noted so far.

    `manifest` is the digest of what the training was told; `about` says that and the model.
    """

    manifest: str
    weights: dict[str, Tensor]
    average: dict[str, Tensor]
    optimizer: dict[str, Tensor]
    about: dict[str, Any] = field(default_factory=dict)
    step: int = 0
    seconds: float = 0.0
    scale: LossScale = field(default_factory=LossScale)
    recent: list[float] = field(default_factory=list)
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
        }
        notes["digest"] = _digest(notes, tensors)
        write(folder / NEXT_NAME, save(tensors, metadata={HEADER_KEY: json.dumps(notes)}))
        path = folder / STATE_NAME
        with plain_words(path):
            if path.exists():
                os.replace(path, folder / BEFORE_NAME)
            os.replace(folder / NEXT_NAME, path)
            sync_folder(folder)

    @staticmethod
    def remove(folder: Path) -> None:
        """Remove what was kept: the training is done."""
        for path in _kept(folder):
            path.unlink()


GROUPS = ("weights", "average", "optimizer")


def load_state(
    folder: Path,
    manifest: str,
    device: str = "cpu",
    remark: Callable[[str], None] | None = None,
) -> TrainingState | None:
    """The newest whole state kept in `folder`, on `device`; None when there is none.

    With `remark`, which only the training itself gives, damaged ones are told and removed, so
    that they push no whole one out. ModelError when it belongs to a training of another model,
    corpus or parameters, or when states are there and none is whole.
    """
    damaged: dict[Path, str] = {}
    for path in _kept(folder):
        try:
            state = _load(path, manifest, device)
        except _DamagedError as error:
            damaged[path] = f"{path}: {error}"
            continue
        if remark is not None:
            for other, problem in damaged.items():
                remark(f"{problem}; the state before it serves, of step {state.step}")
                other.unlink()
        return state
    if damaged:
        raise ModelError(
            f"{'; '.join(damaged.values())}: the state of this training is damaged; "
            f"remove {folder} to train from the first step"
        )
    return None


def kept_about(folder: Path) -> dict[str, Any] | None:
    """What the newest state in `folder` says of itself; None when there is none to be read."""
    for path in _kept(folder):
        try:
            return read_about(path)
        except ModelError:
            continue
    return None


def _kept(folder: Path) -> Iterator[Path]:
    """The states in a folder, the newest first."""
    paths = (folder / name for name in (NEXT_NAME, STATE_NAME, BEFORE_NAME))
    return (path for path in paths if path.exists())


class _DamagedError(Exception):
    """A state is not what was written."""


def _load(path: Path, manifest: str, device: str) -> TrainingState:
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        content = path.read_bytes()
        notes, tensors = about_in(BytesIO(content), path), load(content)
    except (ModelError, SafetensorError, OSError) as error:
        raise _DamagedError(str(error).removeprefix(f"{path}: ")) from None
    if notes.pop("digest", "") != _digest(notes, tensors):
        raise _DamagedError("it is not as it was written")
    if notes["manifest"] != manifest:
        raise ModelError(
            f"{path}: the state of another training; the model, its corpus or its parameters "
            "changed since: train in an empty folder, or remove this one"
        )
    # In the order they had: sums over all tensors, such as a norm, depend on it.
    groups = {
        group: {name: tensors[f"{group}/{name}"].to(device) for name in notes["order"][group]}
        for group in GROUPS
    }
    return TrainingState(
        manifest=manifest,
        about=notes["about"],
        step=notes["step"],
        seconds=notes["seconds"],
        scale=LossScale(**notes["scale"]),
        recent=notes["recent"],
        curve=[CurvePoint(**point) for point in notes["curve"]],
        checkpoints=[StoredStep(**stored) for stored in notes["checkpoints"]],
        environments=notes["environments"],
        **groups,
    )


def _digest(notes: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> str:
    """SHA-256 of what is noted and of tensors by name: types, shapes and bytes."""
    digest = sha256(json.dumps(notes).encode())
    for name in sorted(tensors):
        tensor = tensors[name]
        digest.update(f"{name} {tensor.dtype} {list(tensor.shape)}".encode())
        digest.update(tensor.cpu().numpy().tobytes())
    return digest.hexdigest()


def checked_notes(path: Path) -> dict[str, Any]:
    """What a kept state says of itself, all of it compared with its digest.

    ModelError when it is not as it was written; FileNotFoundError when it is not there.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    content = path.read_bytes()
    try:
        notes, tensors = about_in(BytesIO(content), path), load(content)
        is_whole = notes.pop("digest", "") == _digest(notes, tensors)
    except (ModelError, SafetensorError, ValueError, LookupError, TypeError, AttributeError):
        is_whole = False
    if not is_whole:
        raise ModelError(f"{path}: it is not as it was written")
    return notes
