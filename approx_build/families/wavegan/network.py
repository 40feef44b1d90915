"""A WaveGAN in torch: generator, critic, their losses, and first weights.

Weights are a dict of tensors named and shaped as `parameters` says. Whatever is random in a turn
(latents, places of the penalty, shifts of phase shuffle) is part of its examples.

Off the path of a sample: it trains; takes are drawn by the kernels.
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
from approx_build.families.base import Arrays, Example, Gradients, Moment, Tensors, Weights
from approx_build.families.latent import cube_point
from approx_build.families.players import Turn
from approx_build.families.wavegan.parameters import FIRST_ROWS, Objective, WaveGANParameters
from approx_build.numerics.stream import Stream

SLOPE = 0.2
"""Below 0, of the critic's leaky ReLU."""
TESTED = 4
"""Latents whose clips are compared with each window held out."""
UNSHUFFLED = 4
"""The critic's layers after its first four are not shuffled."""
_RECORDED, _GENERATED, _BETWEEN = range(3)
"""What the critic hears in its turn, and has shifts of its own for."""


class WaveGANNetwork:
    """Examples, first weights and losses of a WaveGAN."""

    def __init__(self, params: WaveGANParameters, objective: Objective | None = None) -> None:
        self.params, self.objective = params, objective or Objective()

    def initial(self, rng: Stream) -> Arrays:
        """Uniform weights of Glorot and Bengio (2010), biases of 0."""
        return {
            name: self._first(name, shape, rng.child(name))
            for name, shape in self.params.training_shapes().items()
        }

    def _first(self, name: str, shape: tuple[int, ...], rng: Stream) -> NDArray[np.float32]:
        if name.endswith(".bias"):
            return np.zeros(shape, np.float32)
        return glorot(shape, rng)

    def example(self, sound: NDArray[np.float32], rng: Stream, moment: Moment) -> Example:
        """A window [C, length] beside a latent, a place between both, and shifts."""
        is_critic = moment.turn.player != "generator"
        heard = 3 if is_critic else 1
        found: Example = {"z": self._latent(rng.child("z")), "shifts": self._shifts(rng, heard)}
        if is_critic:
            found["sound"] = np.ascontiguousarray(sound)
            found["place"] = np.array(rng.child("place").uniform(), np.float32)
        return found

    def clean(self, sound: NDArray[np.float32], rng: Stream) -> Example:
        """A window held out [C, length], and latents [K, n] whose clips it is compared with."""
        latents = [self._latent(rng.child("z", number)) for number in range(TESTED)]
        return {"sound": np.ascontiguousarray(sound), "z": np.stack(latents)}

    def _latent(self, rng: Stream) -> NDArray[np.float32]:
        return cube_point(rng, self.params.latent).astype(np.float32)

    def _shifts(self, rng: Stream, heard: int) -> NDArray[np.int64]:
        """Shifts [heard, layers], each of -n … n equally often."""
        layers, most = len(self.params.strides), self.objective.phase_shuffle
        draws = rng.child("shifts").uniforms(heard * layers).reshape(heard, layers)
        return np.floor(draws * (2 * most + 1)).astype(np.int64) - most

    def loss(self, weights: Tensors, example: Tensors) -> Tensor:
        """Mean energy score of clips of latents [B, K, n] for windows held out [B, C, T]."""
        recorded, made = self._features(weights, example)
        return energy.score(recorded, made)

    def measures(self, weights: Tensors, example: Tensors) -> Mapping[str, float]:
        """How different clips are from each other, as a share of how different windows are."""
        return energy.variety(*self._features(weights, example))

    def _features(self, weights: Tensors, example: Tensors) -> tuple[Tensor, Tensor]:
        made = energy.features(self.generated(weights, example["z"].flatten(0, 1)))
        return energy.features(example["sound"]), made.reshape(*example["z"].shape[:2], -1)

    def losses(self, weights: Tensors, example: Tensors, turn: Turn) -> Tensors:
        """Of the critic its distance and penalty, of the generator its score."""
        made = self.generated(weights, example["z"])
        shifts = example["shifts"]
        if turn.player == "generator":
            return {"score": wasserstein.score(self.said(weights, made, shifts[:, 0]))}
        sound = example["sound"]
        both = torch.cat([shifts[:, _RECORDED], shifts[:, _GENERATED]])
        of_recorded, of_generated = self.said(weights, torch.cat([sound, made]), both).chunk(2)
        items = wasserstein.between(sound, made, example["place"])
        steep = wasserstein.gradient_penalty(
            lambda each: self.said(weights, each, shifts[:, _BETWEEN]), items
        )
        return {
            "distance": wasserstein.distance(of_recorded, of_generated),
            "penalty": self.objective.penalty * steep,
        }

    def generated(self, weights: Tensors, latents: Tensor) -> Tensor:
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

    def said(self, weights: Tensors, sounds: Tensor, shifts: Tensor) -> Tensor:
        """What the critic says [B] of sounds [B, C, length]; shifts [B, layers]."""
        net, rows = self.params, sounds
        for layer, stride in enumerate(net.strides[::-1]):
            name = f"critic.down.{layer}"
            before = net.before(stride)
            padded = F.pad(rows, (before, net.taps - stride - before))
            rows = F.conv1d(
                padded, weights[f"{name}.weight"], weights[f"{name}.bias"], stride=stride
            )
            rows = F.leaky_relu(rows, SLOPE)
            if layer < min(UNSHUFFLED, len(net.strides) - 1) and self.objective.phase_shuffle:
                rows = shuffled(rows, shifts[:, layer])
        flat = rows.transpose(1, 2).flatten(1)
        return F.linear(flat, weights["critic.dense.weight"], weights["critic.dense.bias"])[:, 0]

    def start_phase(self, phase: str, weights: Weights, rng: Stream) -> Arrays:
        """There is one phase, and nothing begins anew."""
        return {}

    def gradients(self, weights: Tensors, example: Tensors) -> Gradients | None:
        """Torch finds them, second derivatives included."""
        return None

    def matrices(self) -> dict[str, tuple[int, int, int, float]]:
        """None: Muon was not made for two players."""
        return {}
