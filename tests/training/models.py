"""A tiny model for tests of training."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from approx_build.corpus.consent_record import load_consent
from approx_build.corpus.prepared import Material, prepare_corpus
from approx_build.families.base import FAMILIES, Family
from approx_build.training.callbacks import Callback, Resources
from approx_build.training.ledger.record import TrainingRecord
from approx_build.training.loop import train
from approx_build.training.model import ModelSpec, load_model
from approx_build.training.progress import Watcher, ignore_progress

TINY = """\
model: tiny
family: wavenet
corpus: tones
network:
  sample_rate: 4000
  dilations: [1, 2, 4, 8]
  residual_channels: 8
  dilation_channels: 8
  skip_channels: 16
training:
  seed: 3
  steps: 40
  window: 200
  batch: 3
  held_out_s: 0.1
  warmup_steps: 5
  finetune_steps: 10
  evaluate_every: 7
  evaluate_windows: 4
checkpoints: [0, 12, 30]
"""


NETWORK = {
    "family": "wavenet",
    "dilations": [1, 2, 4, 8],
    "residual_channels": 16,
    "dilation_channels": 16,
}


def tiny_network(**changes: object) -> Family:
    """A small network for what is told of networks without training them."""
    return FAMILIES.get(str(NETWORK["family"])).model_validate(NETWORK | changes)


def tiny_model(folder: Path, text: str = TINY) -> ModelSpec:
    """The model that `text` declares."""
    path = folder / "tiny.yaml"
    path.write_text(text)
    return load_model(path, "tiny.yaml")


def material_of(model: ModelSpec, corpus: Path) -> Material:
    """The corpus as the model hears it, prepared beside it."""
    network = model.network
    work = corpus.parent / f"{corpus.name}-prepared"
    return prepare_corpus(
        corpus, work, network.rate, network.channels, model.preparation, model.model
    )


def trained(
    model: ModelSpec,
    corpus: Path,
    out: Path,
    progress: Watcher = ignore_progress,
    today: date = date(2026, 1, 1),
    **resources: Any,
) -> TrainingRecord:
    """Train on a corpus, as a builder does, without one."""

    class Asking(Callback):
        def allow(self) -> None:
            load_consent(corpus, today, model.model)

    Asking().allow()
    resources = {"callback": Asking(), **resources}
    return train(model, material_of(model, corpus), out, Resources(progress=progress, **resources))
