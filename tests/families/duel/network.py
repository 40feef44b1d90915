"""A duel in torch: the losses of both players, the penalty by second derivatives."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from approx_build.families.base import (
    Arrays,
    Example,
    Moment,
    PlayersNetwork,
    Tensors,
    Weights,
)
from approx_build.families.players import Turn
from approx_build.numerics.stream import Stream
from tests.families.duel.parameters import DuelParameters, Objective


class DuelNetwork(PlayersNetwork):
    """First weights, grains that a window shows, and what each player lowers."""

    def __init__(self, params: DuelParameters, objective: Objective) -> None:
        self.params, self.objective = params, objective

    def initial(self, rng: Stream) -> Arrays:
        """Noise; a critic of about unit slope."""
        shapes = self.params.training_shapes()
        return {
            name: (rng.child(name).uniforms(self.params.size) - 0.5).astype(np.float32)
            for name in shapes
        }

    def example(self, sound: NDArray[np.float32], rng: Stream, moment: Moment) -> Example:
        """A grain of a window [1, T], the noise of another, and a place between both."""
        start = int(rng.child("start").uniform() * (sound.shape[1] - self.params.size + 1))
        z = rng.child("z").uniforms(self.params.size) * 2 - 1
        found = {
            "sound": sound[0, start : start + self.params.size].copy(),
            "z": z.astype(np.float32),
        }
        if moment.turn.player == "critic":
            found["place"] = np.array(rng.child("place").uniform(), np.float32)
        return found

    def clean(self, sound: NDArray[np.float32], rng: Stream) -> Example:
        """The same of a window held out."""
        return self.example(sound, rng, Moment(0))

    def loss(self, weights: Tensors, example: Tensors) -> Tensor:
        """Mean square of what the middle of all grains misses of those shown [B, size]."""
        return torch.square(weights["generator.shift"] - example["sound"]).mean()

    def losses(self, weights: Tensors, example: Tensors, turn: Turn) -> Tensors:
        """Of the critic its distance and the penalty, of the generator its score."""
        made = weights["generator.shift"] + weights["generator.spread"] * example["z"]
        if turn.phase == "alone":
            return {"square": torch.square(made - example["sound"]).mean()}
        if turn.player == "generator":
            return {"score": -self._said(weights, made).mean()}
        apart = self._said(weights, made) - self._said(weights, example["sound"])
        between = torch.lerp(example["sound"], made, example["place"][:, None])
        between = between.detach().requires_grad_()
        [slope] = torch.autograd.grad(
            self._said(weights, between).sum(), between, create_graph=True
        )
        steep = torch.square(slope.norm(dim=1) - 1).mean()
        return {"distance": apart.mean(), "penalty": self.objective.penalty * steep}

    def start_phase(self, phase: str, weights: Weights, rng: Stream) -> Arrays:
        """If asked, a critic near the middle of the grains, and grains half as far from it."""
        if not self.objective.restarts:
            return {}
        noise = rng.child("critic.weight").uniforms(self.params.size) - 0.5
        return {
            "critic.weight": (weights["generator.shift"] + noise).astype(np.float32),
            "generator.spread": weights["generator.spread"] / 2,
        }

    @staticmethod
    def _said(weights: Tensors, grains: Tensor) -> Tensor:
        """What the critic says of grains [B, size]."""
        return (grains * weights["critic.weight"]).sum(dim=1)
