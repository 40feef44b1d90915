"""The state of a training between two steps: all that is needed to go on exactly.

Kept in one safetensors file, so that it is whole or absent. The places of windows and noise
need no state: their streams are named by the step.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from approx_build.errors import ModelError
from approx_build.training.checkpoint import HEADER_KEY, read_about, write_atomically
from approx_build.training.record import CurvePoint, StoredStep

if TYPE_CHECKING:
    from torch import Tensor

STATE_NAME = "resume.safetensors"


@dataclass
class TrainingState:
    """Weights, their average, the optimiser's tensors, and what has been noted so far."""

    manifest: str
    weights: dict[str, Tensor]
    average: dict[str, Tensor]
    optimizer: dict[str, Tensor]
    step: int = 0
    seconds: float = 0.0
    recent: list[float] = field(default_factory=list)
    curve: list[CurvePoint] = field(default_factory=list)
    checkpoints: list[StoredStep] = field(default_factory=list)
    environments: list[dict[str, str]] = field(default_factory=list)

    def save(self, folder: Path) -> None:
        """Write the state, whole or not at all."""
        from safetensors.torch import save

        notes = {
            "manifest": self.manifest,
            "step": self.step,
            "seconds": self.seconds,
            "recent": self.recent,
            "curve": [point.model_dump() for point in self.curve],
            "checkpoints": [stored.model_dump() for stored in self.checkpoints],
            "environments": self.environments,
            "order": {group: list(getattr(self, group)) for group in _GROUPS},
        }
        tensors = {
            f"{group}/{name}": tensor.contiguous()
            for group in _GROUPS
            for name, tensor in getattr(self, group).items()
        }
        header = {HEADER_KEY: json.dumps(notes)}
        write_atomically(folder / STATE_NAME, save(tensors, metadata=header))


_GROUPS = ("weights", "average", "optimizer")


def load_state(folder: Path, manifest: str, device: str = "cpu") -> TrainingState | None:
    """The state kept in `folder`, on `device`; None when there is none.

    ModelError when it belongs to a training of another model, corpus or parameters.
    """
    from safetensors.torch import load

    path = folder / STATE_NAME
    if not path.exists():
        return None
    notes: dict[str, Any] = read_about(path)
    if notes["manifest"] != manifest:
        raise ModelError(
            f"{path}: the state of another training; the model, its corpus or its parameters "
            "changed since: train in an empty folder, or remove this one"
        )
    tensors = load(path.read_bytes())
    # In the order they had: sums over all tensors, such as a norm, depend on it.
    groups = {
        group: {name: tensors[f"{group}/{name}"].to(device) for name in notes["order"][group]}
        for group in _GROUPS
    }
    return TrainingState(
        manifest=manifest,
        step=notes["step"],
        seconds=notes["seconds"],
        recent=notes["recent"],
        curve=[CurvePoint(**point) for point in notes["curve"]],
        checkpoints=[StoredStep(**stored) for stored in notes["checkpoints"]],
        environments=notes["environments"],
        **groups,
    )
