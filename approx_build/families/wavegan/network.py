"""A WaveGAN in torch: generator, critic, their losses, and initial weights.

Weights are a dict of tensors named and shaped as `parameters` says. All random numbers of a turn
(latents, places of the penalty, shifts of phase shuffle) are part of its examples.

Off the path of a sample: for training; the kernels make takes.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor

from approx_build.engines.adversarial import energy_score_torch as energy
from approx_build.engines.adversarial import wasserstein_torch as wasserstein
from approx_build.engines.adversarial.glorot import glorot
from approx_build.engines.adversarial.phase_shuffle_torch import shuffled
from approx_build.families.base import (
    Arrays,
    Example,
    Moment,
    PlayersNetwork,
    Tensors,
)
from approx_build.families.latent import cube_point
from approx_build.families.players import Turn
from approx_build.families.wavegan.parameters import FIRST_ROWS, Objective, WaveGANParameters
from approx_build.numerics.stream import Stream

SLOPE = 0.2
"""Slope of the critic's leaky ReLU below 0."""
HELD_OUT_LATENTS = 4
"""Number of latents whose clips are compared with each held-out window."""
SHUFFLED_LAYERS = 4
"""The critic shuffles phases after its first four layers only."""
_RECORDED, _GENERATED, _INTERPOLATED = range(3)
"""The inputs of the critic in its turn, each with its own shifts."""


class WaveGANNetwork(PlayersNetwork):
    """Examples, initial weights and losses of a WaveGAN."""

    def __init__(self, params: WaveGANParameters, objective: Objective | None = None) -> None:
        self.params, self.objective = params, objective or Objective()

    def initial(self, rng: Stream) -> Arrays:
        """Uniform weights of Glorot and Bengio (2010), biases of 0."""
        return {
            name: self._initial_values(name, shape, rng.child(name))
            for name, shape in self.params.training_shapes().items()
        }

    def _initial_values(
        self, name: str, shape: tuple[int, ...], rng: Stream
    ) -> NDArray[np.float32]:
        if name.endswith(".bias"):
            return np.zeros(shape, np.float32)
        return glorot(shape, rng)

    def example(self, sound: NDArray[np.float32], rng: Stream, moment: Moment) -> Example:
        """A latent and shifts; for the critic, also a window [C, length] and a random place."""
        is_critic = moment.turn.player != "generator"
        count = 3 if is_critic else 1
        found: Example = {"z": self._latent(rng.child("z")), "shifts": self._shifts(rng, count)}
        if is_critic:
            found["sound"] = np.ascontiguousarray(sound)
            found["place"] = np.array(rng.child("place").uniform(), np.float32)
        return found

    def clean(self, sound: NDArray[np.float32], rng: Stream) -> Example:
        """A held-out window [C, length], and latents [K, n] for clips to compare it with."""
        latents = [self._latent(rng.child("z", number)) for number in range(HELD_OUT_LATENTS)]
        return {"sound": np.ascontiguousarray(sound), "z": np.stack(latents)}

    def _latent(self, rng: Stream) -> NDArray[np.float32]:
        return cube_point(rng, self.params.latent).astype(np.float32)

    def _shifts(self, rng: Stream, count: int) -> NDArray[np.int64]:
        """Shifts [count, layers], uniform over -n … n."""
        layers, most = len(self.params.strides), self.objective.phase_shuffle
        draws = rng.child("shifts").uniforms(count * layers).reshape(count, layers)
        return np.floor(draws * (2 * most + 1)).astype(np.int64) - most

    def loss(self, weights: Tensors, example: Tensors) -> Tensor:
        """Mean energy score of clips of latents [B, K, n] for held-out windows [B, C, T]."""
        recorded, made = self._features(weights, example)
        return energy.score(recorded, made)

    def measures(self, weights: Tensors, example: Tensors) -> Mapping[str, float]:
        """`variety`: the spread of clips as a share of the spread of windows."""
        return energy.variety(*self._features(weights, example))

    def _features(self, weights: Tensors, example: Tensors) -> tuple[Tensor, Tensor]:
        made = energy.features(self.generate(weights, example["z"].flatten(0, 1)))
        return energy.features(example["sound"]), made.reshape(*example["z"].shape[:2], -1)

    def losses(self, weights: Tensors, example: Tensors, turn: Turn) -> Tensors:
        """`distance` and `penalty` of the critic, or `score` of the generator."""
        made = self.generate(weights, example["z"])
        shifts = example["shifts"]
        if turn.player == "generator":
            return {"score": wasserstein.score(self.critic_scores(weights, made, shifts[:, 0]))}
        sound = example["sound"]
        both = torch.cat([shifts[:, _RECORDED], shifts[:, _GENERATED]])
        of_recorded, of_generated = self.critic_scores(
            weights, torch.cat([sound, made]), both
        ).chunk(2)
        items = wasserstein.between(sound, made, example["place"])
        penalty = wasserstein.gradient_penalty(
            lambda each: self.critic_scores(weights, each, shifts[:, _INTERPOLATED]), items
        )
        return {
            "distance": wasserstein.distance(of_recorded, of_generated),
            "penalty": self.objective.penalty * penalty,
        }

    def generate(self, weights: Tensors, latents: Tensor) -> Tensor:
        """Clips [B, C, length] of latents [B, n]."""
        net = self.params
        rows = F.linear(latents, weights["generator.dense.weight"], weights["generator.dense.bias"])
        rows = rows.reshape(len(latents), FIRST_ROWS, -1).transpose(1, 2)
        for layer, stride in enumerate(net.strides):
            name = f"generator.up.{layer}"
            weight, bias = weights[f"{name}.weight"], weights[f"{name}.bias"]
            rows = F.relu(rows)
            if net.upsample == "nearest":
                rows = rows.repeat_interleave(stride, dim=2)
                rows = F.conv1d(rows, weight, bias, padding=net.taps // 2)
                continue
            length, before = stride * rows.shape[2], net.before(stride)
            rows = F.conv_transpose1d(rows, weight, bias, stride=stride)
            rows = rows[:, :, before : before + length]
        return torch.tanh(rows)

    def critic_scores(self, weights: Tensors, sounds: Tensor, shifts: Tensor) -> Tensor:
        """The scores [B] of sounds [B, C, length] by the critic; shifts [B, layers]."""
        net, rows = self.params, sounds
        for layer, stride in enumerate(net.strides[::-1]):
            name = f"critic.down.{layer}"
            before = net.before(stride)
            padded = F.pad(rows, (before, net.taps - stride - before))
            rows = F.conv1d(
                padded, weights[f"{name}.weight"], weights[f"{name}.bias"], stride=stride
            )
            rows = F.leaky_relu(rows, SLOPE)
            if layer < min(SHUFFLED_LAYERS, len(net.strides) - 1) and self.objective.phase_shuffle:
                rows = shuffled(rows, shifts[:, layer])
        flat = rows.transpose(1, 2).flatten(1)
        return F.linear(flat, weights["critic.dense.weight"], weights["critic.dense.bias"])[:, 0]
