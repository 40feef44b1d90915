"""The state of a training between two steps: all that is needed to go on exactly.

Kept in one safetensors file with the digest of its tensors, written whole or not at all, and
the one before it beside it: a state that the disk damaged is noticed, and the other serves.
Windows, augmentation and noise need no state: their streams are named by epoch and window.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from approx_build.errors import ModelError
from approx_build.training.checkpoint import HEADER_KEY, read_about, write_atomically
from approx_build.training.record import CurvePoint, StoredStep
from approx_build.training.scaler import LossScale

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

STATE_NAME, BEFORE_NAME = "resume.safetensors", "resume-before.safetensors"


@dataclass
class TrainingState:
    """Weights, their average, the optimiser's tensors, and what has been noted so far."""

    manifest: str
    weights: dict[str, Tensor]
    average: dict[str, Tensor]
    optimizer: dict[str, Tensor]
    step: int = 0
    seconds: float = 0.0
    scale: LossScale = field(default_factory=LossScale)
    recent: list[float] = field(default_factory=list)
    curve: list[CurvePoint] = field(default_factory=list)
    checkpoints: list[StoredStep] = field(default_factory=list)
    environments: list[dict[str, str]] = field(default_factory=list)

    def save(self, folder: Path) -> None:
        """Write the state, whole or not at all; the one before it is kept too."""
        from safetensors.torch import save

        tensors = {
            f"{group}/{name}": tensor.contiguous()
            for group in _GROUPS
            for name, tensor in getattr(self, group).items()
        }
        notes = {
            "manifest": self.manifest,
            "step": self.step,
            "seconds": self.seconds,
            "scale": self.scale.notes(),
            "recent": self.recent,
            "curve": [point.model_dump() for point in self.curve],
            "checkpoints": [stored.model_dump() for stored in self.checkpoints],
            "environments": self.environments,
            "order": {group: list(getattr(self, group)) for group in _GROUPS},
            "digest": _digest(tensors),
        }
        content = save(tensors, metadata={HEADER_KEY: json.dumps(notes)})
        path = folder / STATE_NAME
        if path.exists():
            os.replace(path, folder / BEFORE_NAME)
        write_atomically(path, content)

    @staticmethod
    def remove(folder: Path) -> None:
        """Remove what was kept: the training is done."""
        for name in (STATE_NAME, BEFORE_NAME):
            (folder / name).unlink(missing_ok=True)


_GROUPS = ("weights", "average", "optimizer")


def load_state(folder: Path, manifest: str, device: str = "cpu") -> TrainingState | None:
    """The newest whole state kept in `folder`, on `device`; None when there is none.

    ModelError when it belongs to a training of another model, corpus or parameters, or when
    states are there and none is whole.
    """
    problems = []
    for path in (folder / STATE_NAME, folder / BEFORE_NAME):
        if not path.exists():
            continue
        try:
            return _load(path, manifest, device)
        except _DamagedError as error:
            problems.append(f"{path}: {error}")
    if problems:
        raise ModelError(
            f"{'; '.join(problems)}: the state of this training is damaged; "
            "remove it to train from the first step"
        )
    return None


class _DamagedError(Exception):
    """A state is not what was written."""


def _load(path: Path, manifest: str, device: str) -> TrainingState:
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        notes: dict[str, Any] = read_about(path)
        tensors = load(path.read_bytes())
    except (ModelError, SafetensorError) as error:
        raise _DamagedError(str(error)) from None
    if notes["manifest"] != manifest:
        raise ModelError(
            f"{path}: the state of another training; the model, its corpus or its parameters "
            "changed since: train in an empty folder, or remove this one"
        )
    if notes["digest"] != _digest(tensors):
        raise _DamagedError("its tensors are not those that were written")
    # In the order they had: sums over all tensors, such as a norm, depend on it.
    groups = {
        group: {name: tensors[f"{group}/{name}"].to(device) for name in notes["order"][group]}
        for group in _GROUPS
    }
    return TrainingState(
        manifest=manifest,
        step=notes["step"],
        seconds=notes["seconds"],
        scale=LossScale(**notes["scale"]),
        recent=notes["recent"],
        curve=[CurvePoint(**point) for point in notes["curve"]],
        checkpoints=[StoredStep(**stored) for stored in notes["checkpoints"]],
        environments=notes["environments"],
        **groups,
    )


def _digest(tensors: Mapping[str, Tensor]) -> str:
    """SHA-256 of tensors by name."""
    digest = sha256()
    for name in sorted(tensors):
        digest.update(name.encode())
        digest.update(tensors[name].cpu().numpy().tobytes())
    return digest.hexdigest()
