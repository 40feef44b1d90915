"""A SpecGAN in torch: generator, critic, their losses, and first weights.

Weights are a dict of tensors named and shaped as `parameters` says. All random numbers of a turn
(latents, places of the penalty) are part of its examples. The moments are measured before the first
step, and no player changes them.

Off the path of a sample: it trains; takes are drawn by the kernels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor

from approx_build.engines.adversarial import energy_score_torch as energy
from approx_build.engines.adversarial import wasserstein_torch as wasserstein
from approx_build.engines.adversarial.glorot import glorot
from approx_build.families.base import Arrays, Example, Gradients, Moment, Tensors, Weights
from approx_build.families.latent import cube_point
from approx_build.families.players import Turn
from approx_build.families.specgan.parameters import Objective, SpecGANParameters
from approx_build.families.specgan.spectrogram import DEVIATIONS, Frames, moments
from approx_build.numerics.stream import Stream

SLOPE = 0.2
"""Slope below 0 of the critic's leaky ReLU."""
TESTED = 4
"""Latents whose clips are compared with each held-out window."""


class SpecGANNetwork:
    """Examples, first weights and losses of a SpecGAN."""

    def __init__(self, params: SpecGANParameters, objective: Objective | None = None) -> None:
        self.params, self.objective = params, objective or Objective()
        self.frames = Frames(params.window, params.hop, params.length)

    def initial(self, rng: Stream) -> Arrays:
        """Uniform weights of Glorot and Bengio (2010), biases of 0, moments that change nothing."""
        return {
            name: self._first(name, shape, rng.child(name))
            for name, shape in self.params.training_shapes().items()
        }

    def _first(self, name: str, shape: tuple[int, ...], rng: Stream) -> NDArray[np.float32]:
        if name == "moments.deviation":
            return np.ones(shape, np.float32)
        if name == "moments.mean" or name.endswith(".bias"):
            return np.zeros(shape, np.float32)
        return glorot(shape, rng)

    def measured(self, weights: Tensors, sounds: Sequence[NDArray[np.float32]]) -> Arrays:
        """Mean and deviation of the levels of each bin, over windows [1, T]."""
        levels = np.concatenate([self._levels(sound) for sound in sounds])
        mean, deviation = moments(levels)
        return {
            "moments.mean": mean.astype(np.float32),
            "moments.deviation": deviation.astype(np.float32),
        }

    def example(self, sound: NDArray[np.float32], rng: Stream, moment: Moment) -> Example:
        """The levels of a window [1, T] beside a latent, and a place between both spectrograms."""
        found: Example = {"z": self._latent(rng.child("z"))}
        if moment.turn.player != "generator":
            found["levels"] = self._levels(sound)
            found["place"] = np.array(rng.child("place").uniform(), np.float32)
        return found

    def clean(self, sound: NDArray[np.float32], rng: Stream) -> Example:
        """A held-out window's levels, and latents [K, n] whose spectrograms it is compared with."""
        latents = [self._latent(rng.child("z", number)) for number in range(TESTED)]
        return {"levels": self._levels(sound), "z": np.stack(latents)}

    def _latent(self, rng: Stream) -> NDArray[np.float32]:
        return cube_point(rng, self.params.latent).astype(np.float32)

    def _levels(self, sound: NDArray[np.float32]) -> NDArray[np.float32]:
        return self.frames.levels(sound[0]).astype(np.float32)

    def loss(self, weights: Tensors, example: Tensors) -> Tensor:
        """Mean energy score of the spectrograms of latents [B, K, n] for those held out."""
        recorded, made = self._features(weights, example)
        return energy.score(recorded, made)

    def measures(self, weights: Tensors, example: Tensors) -> Mapping[str, float]:
        """How different takes are from each other, as a share of how different windows are."""
        return energy.variety(*self._features(weights, example))

    def _features(self, weights: Tensors, example: Tensors) -> tuple[Tensor, Tensor]:
        """Amplitudes [B, F] that were recorded, and [B, K, F] that were generated."""
        made = self.generated(weights, example["z"].flatten(0, 1))
        deviation = DEVIATIONS * weights["moments.deviation"]
        levels = made[:, 0] * deviation + weights["moments.mean"]
        # As of WaveGAN's spectra: a sine at full scale has amplitude 1.
        scale = 4 / (self.params.window * self.params.frames**0.5)
        amplitudes = (torch.exp(one).flatten(1) * scale for one in (example["levels"], levels))
        recorded, generated = amplitudes
        return recorded, generated.reshape(len(recorded), TESTED, -1)

    def losses(self, weights: Tensors, example: Tensors, turn: Turn) -> Tensors:
        """Of the critic its distance and penalty, of the generator its score."""
        made = self.generated(weights, example["z"])
        if turn.player == "generator":
            return {"score": wasserstein.score(self.judged(weights, made))}
        recorded = self.normalised(weights, example["levels"])
        both = self.judged(weights, torch.cat([recorded, made]))
        of_recorded, of_generated = both.chunk(2)
        items = wasserstein.between(recorded, made, example["place"])
        steep = wasserstein.gradient_penalty(lambda each: self.judged(weights, each), items)
        return {
            "distance": wasserstein.distance(of_recorded, of_generated),
            "penalty": self.objective.penalty * steep,
        }

    def normalised(self, weights: Tensors, levels: Tensor) -> Tensor:
        """Levels [B, M, F] as the generator makes them [B, 1, M, F]: clipped to -1 … 1."""
        deviation = DEVIATIONS * weights["moments.deviation"]
        return ((levels - weights["moments.mean"]) / deviation).clamp(-1, 1)[:, None]

    def generated(self, weights: Tensors, latents: Tensor) -> Tensor:
        """Normalised spectrograms [B, 1, M, F] of latents [B, n]."""
        net = self.params
        first = F.linear(
            latents, weights["generator.dense.weight"], weights["generator.dense.bias"]
        )
        cells = first.reshape(len(latents), *net.first_cells, -1).permute(0, 3, 1, 2)
        for layer in range(net.layers):
            name = f"generator.up.{layer}"
            inside = [slice(net.before, net.before + 2 * side) for side in cells.shape[2:]]
            weight, bias = weights[f"{name}.weight"], weights[f"{name}.bias"]
            cells = F.conv_transpose2d(F.relu(cells), weight, bias, stride=2)
            cells = cells[:, :, inside[0], inside[1]]
        return torch.tanh(cells)

    def judged(self, weights: Tensors, spectrograms: Tensor) -> Tensor:
        """What the critic says [B] of normalised spectrograms [B, 1, M, F]."""
        net, cells = self.params, spectrograms
        beside = net.before, net.taps - 2 - net.before
        for layer in range(net.layers):
            name = f"critic.down.{layer}"
            weight, bias = weights[f"{name}.weight"], weights[f"{name}.bias"]
            cells = F.conv2d(F.pad(cells, beside * 2), weight, bias, stride=2)
            cells = F.leaky_relu(cells, SLOPE)
        flat = cells.permute(0, 2, 3, 1).flatten(1)
        return F.linear(flat, weights["critic.dense.weight"], weights["critic.dense.bias"])[:, 0]

    def start_phase(self, phase: str, weights: Weights, rng: Stream) -> Arrays:
        """Nothing: there is one phase."""
        return {}

    def gradients(self, weights: Tensors, example: Tensors) -> Gradients | None:
        """None: torch computes them, including second derivatives."""
        return None

    def matrices(self) -> dict[str, tuple[int, int, int, float]]:
        """None: Muon was not made for two players."""
        return {}
