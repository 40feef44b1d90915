"""The projects of the trials: small and real, each with results that an undisturbed build gave."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from tests.proof import stored
from tests.space import FOAM, MODEL, Space, project

PIECE, FIRST, SECOND = "pieces/tide.yaml", "pieces/tide/1-foam.yaml", "pieces/tide/2-sand.yaml"

WAVE = """\
model: wave
family: dance-diffusion
corpus: tones
network:
  sample_rate: 8000
  sound_channels: 1
  window: 256
  depth: 3
  level_channels: [4, 4, 8]
  attention_levels: 1
training: { steps: 2, window: 256, batch: 1, held_out_s: 0.1, evaluate_windows: 1, seed: 3 }
checkpoints: [0]
sampling: { steps: 2 }
"""
LEARNER = MODEL.replace("steps: 4,", "steps: 6,").replace("[0, 2]", "[0, 2, 3, 5]")


class Variant(Enum):
    """Which project."""

    SHIPPED = "shipped"
    """Its networks' checkpoints are shipped: nothing is trained."""
    TRAINED = "trained"
    """Its network is trained in the trial."""
    WAVE = "wave"
    """Takes of two families, from shipped checkpoints."""


@dataclass(frozen=True)
class Reference:
    """What an undisturbed build from nothing makes of a project."""

    delivered: dict[str, str]
    pins: dict[str, tuple[str, str, str]]
    outputs: dict[str, dict[str, str]]  # by key
    tree: list[str]
    trains: bool
    """Whether a network is trained: the page then says how long that took."""

    @classmethod
    def read(cls, path: Path) -> Reference:
        """A reference that was kept."""
        rows: dict[str, Any] = json.loads(path.read_text())
        rows["pins"] = {target: tuple(pin) for target, pin in rows["pins"].items()}
        return cls(**rows)

    @classmethod
    def of(cls, root: Path) -> Reference:
        """What was built at `root`."""
        kept = stored.whole(root / stored.STORE)
        return cls(
            stored.delivered(root),
            stored.pins(root),
            {key: dict(one.promised()) for key, one in kept.items()},
            sorted(stored.tree(root)),
            any(one.kind == "prepare" for one in kept.values()),
        )

    def keep(self, path: Path) -> None:
        """Write it, at once."""
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps(self.__dict__))
        draft.replace(path)


def make(variant: Variant, root: Path) -> None:
    """Write the project, and train what it ships, by processes as a user has them."""
    space = project(root)
    if variant is Variant.TRAINED:
        space.write("models/tiny.yaml", LEARNER)
        return
    if variant is Variant.WAVE:
        space.write("models/wave.yaml", WAVE)
        early = "early: { model: tiny, step: 0,"
        assert early in FOAM
        space.edit(FIRST, early, "early: { model: wave, step: 0,")
    for model in sorted((root / "models").glob("*.yaml")):
        run(root, "train", model.stem, "--ship")
    shutil.rmtree(root / stored.STORE)


def run(root: Path, *words: str) -> None:
    """Run a command undisturbed, as a user does."""
    space = Space(root)
    environment = {k: v for k, v in space.environ().items() if k != "LD_PRELOAD"}
    command = [sys.executable, "-m", "approx_build", *words]
    done = subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    said = f"{done.stdout}\n{done.stderr}"
    assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{said}"
