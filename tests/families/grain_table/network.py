"""A table of grains in torch: it learns those that lie nearest to the grains it is shown."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from approx_build.families.base import Arrays, Example, Moment, Network, Tensors
from approx_build.numerics.stream import Stream
from grain_table.parameters import GrainTableParameters, Objective


class GrainTableNetwork(Network):
    """First grains, the grain that a window shows, and how far the nearest of the table is."""

    def __init__(self, params: GrainTableParameters, objective: Objective) -> None:
        self.params, self.objective = params, objective

    def initial(self, rng: Stream) -> Arrays:
        """Noise."""
        shape = self.params.tensor_shapes()["grains"]
        numbers = (rng.uniforms(self.params.count * self.params.size) * 2 - 1).reshape(shape)
        return {"grains": (numbers * self.objective.spread).astype(np.float32)}

    def example(self, sound: NDArray[np.float32], rng: Stream, moment: Moment) -> Example:
        """A grain of a window [1, T]."""
        start = int(rng.uniform() * (sound.shape[1] - self.params.size + 1))
        return {"grain": sound[0, start : start + self.params.size].copy()}

    def clean(self, sound: NDArray[np.float32], rng: Stream) -> Example:
        """The same of a window held out."""
        return self.example(sound, rng, Moment(0))

    def loss(self, weights: Tensors, example: Tensors) -> Tensor:
        """Mean square of what the nearest grain of the table misses, over grains [B, size]."""
        apart = weights["grains"][None] - example["grain"][:, None]
        return torch.square(apart).mean(dim=2).amin(dim=1).mean()
