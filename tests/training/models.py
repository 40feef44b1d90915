"""A tiny model for tests of training."""

from __future__ import annotations

from pathlib import Path

from approx_build.training.model import ModelSpec, load_model

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
  noise_steps: 10
  evaluate_every: 7
  evaluate_windows: 4
checkpoints: [0, 12, 30]
"""


def tiny_model(folder: Path, text: str = TINY) -> ModelSpec:
    """The model that `text` declares."""
    path = folder / "tiny.yaml"
    path.write_text(text)
    return load_model(path, "tiny.yaml")
