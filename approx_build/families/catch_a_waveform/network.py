"""A Catch-A-Waveform network in torch: examples, first weights, losses, and what is measured.

Scales learn one after another, from the coarsest, while those below are constant. What the norms of
finished scales work by are the statistics of the reconstruction, in training as in takes. All that
is random in a turn is part of its examples.

Off the path of a sample: it trains; takes are made by the kernels.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from approx_build.engines.adversarial import wasserstein_torch as wasserstein
from approx_build.families.base import Arrays, Example, Gradients, Moment, Tensors, Weights
from approx_build.families.catch_a_waveform.known import at_rate
from approx_build.families.catch_a_waveform.objective import Objective
from approx_build.families.catch_a_waveform.parameters import CatchAWaveformParameters
from approx_build.families.catch_a_waveform.pyramid import noise_of
from approx_build.families.catch_a_waveform.spans import given, spans
from approx_build.families.catch_a_waveform.torch_losses import (
    distance_of_spectra,
    relative_distance,
    steepness,
)
from approx_build.families.catch_a_waveform.torch_reconstruction import Reconstruction
from approx_build.families.catch_a_waveform.torch_scale import (
    fixed,
    generated,
    judged,
    own,
    raised_rows,
)
from approx_build.families.players import Turn
from approx_build.numerics.normal import normals
from approx_build.numerics.stream import Stream

NOISE = 0.01
"""Amplitude of a scale's noise, as a share of that of what the scale adds."""
PHASE = "scale-"


def scale_of(turn: Turn) -> int:
    """The scale that learns in a turn, from 0."""
    return int(turn.phase.removeprefix(PHASE)) - 1


class CatchAWaveformNetwork:
    """Examples, first weights, losses and measures of a Catch-A-Waveform network."""

    def __init__(
        self, params: CatchAWaveformParameters, objective: Objective | None = None
    ) -> None:
        self.params, self.objective = params, objective or Objective()

    def initial(self, rng: Stream) -> Arrays:
        """Torch's own: uniform within 1 / √inputs; norms near 1.

        Scales above the coarsest add nothing before they learn: a take is then the sound of the
        scales below.
        """
        found = Arrays()
        for name, shape in self.params.training_shapes().items():
            found[name] = self._first(name, shape, rng.child(name), found)
        for scale in range(1, self.params.scales):
            for part in ("gain", "bias"):
                found[f"generator.{scale}.out.{part}"].fill(0)
        return found

    def _first(
        self, name: str, shape: tuple[int, ...], rng: Stream, found: Weights
    ) -> NDArray[np.float32]:
        """The first numbers of one tensor; those of its weight are among `found`."""
        if name.endswith(".norm.weight"):
            return np.asarray(1 + 0.02 * normals(rng, shape[0]), np.float32)
        if name.endswith((".norm.bias", ".mean")) or name == "amplitudes":
            return np.zeros(shape, np.float32)
        if name.endswith(".variance"):
            return np.ones(shape, np.float32)
        if name.endswith(".gain"):
            wide = found[f"{name.removesuffix('gain')}weight"].astype(np.float64)
            return np.asarray(np.sqrt(np.square(wide).sum(axis=(1, 2))), np.float32)
        of = found[f"{name.removesuffix('bias')}weight"].shape if name.endswith("bias") else shape
        limit = 1.0 / math.sqrt(math.prod(of[1:]))
        drawn = (rng.uniforms(math.prod(shape)) * 2 - 1) * limit
        return np.asarray(drawn.reshape(shape), np.float32)

    def start_phase(self, phase: str, weights: Weights, rng: Stream) -> Arrays:
        """A scale begins with the weights of the scale below; the second with new ones."""
        scale, found = scale_of(Turn(phase=phase)), Arrays()
        if scale == 1:
            weight = weights["generator.1.out.weight"]
            found["generator.1.out.weight"] = weight.copy()
            for part in ("gain", "bias"):
                name = f"generator.1.out.{part}"
                found[name] = self._first(name, weights[name].shape, rng.child(name), found)
            return found
        for player in ("generator", "critic"):
            before = f"{player}.{scale - 1}."
            for name, array in weights.items():
                if name.startswith(before):
                    found[f"{player}.{scale}.{name.removeprefix(before)}"] = array.copy()
        return found

    def example(self, sound: NDArray[np.float32], rng: Stream, moment: Moment) -> Example:
        """The recording [1, T] at the rate of the scale that learns, and noise of the scales."""
        scale, net = scale_of(moment.turn), self.params
        found = spans(net, sound.shape[1], scale)
        pyramid = self._pyramid(sound, scale)
        example: Example = {
            f"noise.{one}": noise_of(rng, one, given(net, span)) for one, span in enumerate(found)
        }
        example["sound"] = np.ascontiguousarray(pyramid[-1][: found[-1].length])
        example["amplitudes"] = self._amplitudes(pyramid)
        example["length"] = np.array(sound.shape[1], np.int64)
        if moment.turn.player == "critic":
            example["place"] = np.array(rng.child("place").uniform(), np.float32)
        return example

    def clean(self, sound: NDArray[np.float32], rng: Stream) -> Example:
        """The recording [1, T], which its reconstruction is compared with."""
        return {"sound": np.ascontiguousarray(sound[0])}

    def _pyramid(self, sound: NDArray[np.float32], last: int) -> list[NDArray[np.float32]]:
        """The recording at the rates up to that of scale `last`."""
        net = self.params
        return [at_rate(sound[0], net.rate, rate) for rate in net.rates[: last + 1]]

    def _amplitudes(self, pyramid: list[NDArray[np.float32]]) -> NDArray[np.float32]:
        """Of the noise of each scale, by how much stronger the recording is there than below."""
        powers = [float(np.square(one.astype(np.float64)).mean()) for one in pyramid]
        rises = [max(0.0, b - a) for a, b in pairwise(powers)]
        return np.array([1.0, *(NOISE * math.sqrt(rise) for rise in rises)], np.float32)

    def loss(self, weights: Tensors, example: Tensors) -> Tensor:
        """Mean distance of recordings [B, T] from their reconstruction by all scales."""
        sound = example["sound"]
        [made, *_] = Reconstruction.of(
            self.params, weights, sound.shape[1], self.params.scales
        ).made[::-1]
        return relative_distance(sound, made.expand_as(sound))

    def measures(self, weights: Tensors, example: Tensors) -> Mapping[str, float]:
        """None: with one recording there is no variety to compare that of takes with."""
        return {}

    def losses(self, weights: Tensors, example: Tensors, turn: Turn) -> Tensors:
        """The critic's view of recording and take, and its penalty; or the generator's losses."""
        scale, net, objective = scale_of(turn), self.params, self.objective
        sound = example["sound"]
        with torch.no_grad():
            anew = Reconstruction.of(net, weights, int(example["length"][0]), scale)
            below = self._below(weights, example, anew)
            noisy = below + self._amplitude(example, anew, scale) * example[f"noise.{scale}"]
        if turn.player == "critic":
            with torch.no_grad():
                made = generated(weights, net, scale, noisy, below, own())
            places = wasserstein.between(sound, made, example["place"])
            steep = steepness(lambda one: judged(weights, net, scale, one), places)
            return {
                "real": -judged(weights, net, scale, sound).mean(),
                "fake": judged(weights, net, scale, made).mean(),
                "penalty": objective.penalty * steep,
            }
        made = generated(weights, net, scale, noisy, below, own())
        again = generated(weights, net, scale, anew.noisy, anew.below, own()).expand_as(sound)
        terms = {"adversarial": wasserstein.score(judged(weights, net, scale, made))}
        if objective.spectra:
            terms["spectra"] = objective.spectra * distance_of_spectra(sound, again)
        if objective.samples:
            terms["samples"] = objective.samples * torch.square(sound - again).mean()
        return terms

    def _below(self, weights: Tensors, example: Tensors, anew: Reconstruction) -> Tensor:
        """The sound of the scales below the one that learns, at its rate, of new noise."""
        net, found, scale = self.params, anew.spans, anew.scale
        below = torch.zeros_like(example["noise.0"])
        for one in range(scale):
            noisy = below + self._amplitude(example, anew, one) * example[f"noise.{one}"]
            made = generated(weights, net, one, noisy, below, fixed(anew.statistics[one]))
            below = raised_rows(made, found[one], *net.step(one), given(net, found[one + 1]))
        return below

    def _amplitude(self, example: Tensors, anew: Reconstruction, scale: int) -> Tensor:
        """Amplitude [B, 1] of the noise of a scale."""
        if scale == 1 and self.objective.loud_second:
            return anew.second_deviation.expand(len(example["sound"]), 1)
        return example["amplitudes"][:, scale : scale + 1]

    def measured(self, weights: Tensors, sounds: Sequence[NDArray[np.float32]]) -> Arrays:
        """Statistics of the norms over the reconstruction of a recording [1, T], and amplitudes."""
        net, found = self.params, Arrays()
        with torch.no_grad():
            anew = Reconstruction.of(net, weights, sounds[0].shape[1], net.scales)
        for scale, statistics in enumerate(anew.statistics):
            for name, pair in statistics.items():
                for part, tensor in zip(("mean", "variance"), pair, strict=True):
                    numbers = tensor.reshape(-1).cpu().numpy().astype(np.float32)
                    found[f"statistics.{scale}.{name}.{part}"] = numbers
        amplitudes = self._amplitudes(self._pyramid(sounds[0], net.scales - 1))
        if self.objective.loud_second:
            amplitudes[1] = float(anew.second_deviation)
        return {**found, "amplitudes": amplitudes}

    def gradients(self, weights: Tensors, example: Tensors) -> Gradients | None:
        """None: torch finds them, second derivatives included."""
        return None

    def matrices(self) -> dict[str, tuple[int, int, int, float]]:
        """None: weight norm keeps lengths and directions apart, which Muon would mix."""
        return {}
