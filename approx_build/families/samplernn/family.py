"""SampleRNN: one code after another, conditioned by recurrent tiers over frames of codes.

Mehri et al., SampleRNN: an unconditional end-to-end neural audio generation model (2016,
arXiv:1612.07837), in the forms of soroushmehr/sampleRNN_ICLR2017,
deepsound-project/samplernn-pytorch and rncm-prism/prism-samplernn (`preset`), and in a small
form of our own:

    top tier     frame of F2 codes -> map -> GRU layers -> r = F2 / F1 rows, one for each
    middle tier  frame of F1 codes -> map, plus its row -> GRU layers -> F1 rows, one for each
    sample tier  embeddings of the last F1 codes -> map, plus its row -> ReLU layers -> softmax

With one frame size there is no middle tier. `parameters` lists the tensors of a checkpoint,
`reference` computes it step by step. The first code of a clip, or of its prime, follows a frame of
silence, code Q div 2, in every tier; the initial states are the learned ones, or zeros.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel

from approx_build.audio.clip import Clip
from approx_build.families.base import FAMILIES, Family, Network, Progress, Takes, Weights
from approx_build.families.codes import Sampling
from approx_build.families.samplernn.parameters import Objective, SampleRNNParameters


@FAMILIES.register
class SampleRNN(SampleRNNParameters, Family):
    """Autoregressive network of recurrent tiers over frames of codes."""

    sampling_model: ClassVar[type[BaseModel]] = Sampling
    objective_model: ClassVar[type[BaseModel]] = Objective
    loss_unit: ClassVar[str] = "nats per sample"
    ways: ClassVar[frozenset[str]] = frozenset({"prime", "extend"})
    lock_step: ClassVar[int] = 32
    large_by: ClassVar[str] = "`width` or `layers`"
    example: ClassVar[Mapping[str, Any]] = {
        "network": {
            "sample_rate": 4000,
            "frame_sizes": [2, 8],
            "width": 24,
            "embedding": 8,
        },
        "objective": {"chunk": 64},
        "training": {"window": 200, "batch": 2},
    }
    large_example: ClassVar[Mapping[str, Any]] = {
        "network": {"sample_rate": 1000, "width": 768, "layers": 2, "embedding": 256},
        "length_s": 1,
    }

    def draw(
        self, weights: Weights, takes: Takes, device: str = "cpu", progress: Progress | None = None
    ) -> list[Clip]:
        """Generate clips [1, length] in lock step, by the kernels on every device."""
        from approx_build.families.samplernn import draw

        return draw.draw(self, weights, takes, device, progress)

    def drawing_bytes(self, takes: Takes) -> dict[str, int]:
        """Peak memory, by item, of generating `takes` together on a CPU."""
        from approx_build.families.samplernn import memory  # off the path: memory

        return memory.drawing_bytes(self, takes)

    def activation_bytes(self, size: int, device: str = "cpu", is_plain: bool = True) -> int:
        """Memory that torch needs for the gradients of a window."""
        from approx_build.families.samplernn import memory  # off the path: memory

        return memory.activation_bytes(self, size, device, is_plain)

    def network(self, objective: Objective | None = None) -> Network:
        """The torch code. Imports torch."""
        from approx_build.families.samplernn.network import (
            SampleRNNNetwork,
        )  # off the path: training

        return SampleRNNNetwork(self, objective or Objective())

    def cost(self, samples: int, sampling: Any, way: str | None = None) -> float:
        """Multiply-adds of generating `samples`: the weights of each tier once per frame."""
        from approx_build.families.samplernn import memory  # off the path: memory

        return samples * memory.products_per_sample(self)
