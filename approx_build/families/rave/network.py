"""RAVE in torch: encoder, decoder, losses of the players in two phases, initial weights, axes.

Weights are a dict of tensors named and shaped as `parameters` says; sound is [B, T], bands are
[B, M, T / M]. All random numbers are part of the examples: the noise on latents, and the noise that
the decoder filters.

Off the path of a sample: it trains; takes are made by the kernels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor

from approx_build.families.base import Arrays, Example, Moment, PlayersNetwork, Tensors
from approx_build.families.measuring import MeasuringNetwork
from approx_build.families.players import Turn
from approx_build.families.rave import pqmf
from approx_build.families.rave.axes import principal_axes
from approx_build.families.rave.codec import LEAST_SCALE
from approx_build.families.rave.noise import LEAST, SHIFT, STEEPNESS, filter_table
from approx_build.families.rave.objective import Objective
from approx_build.families.rave.parameters import RAVEParameters
from approx_build.families.rave.torch_layers import features, run_stack
from approx_build.families.rave.torch_losses import (
    distance,
    divergence,
    feature_distance,
    fitting_sizes,
    hinge_loss,
)
from approx_build.families.rave.torch_prior import negative_log_likelihood
from approx_build.numerics.normal import normals
from approx_build.numerics.stream import Stream


class RAVENetwork(PlayersNetwork, MeasuringNetwork):
    """Examples, losses, sound, initial weights and axes of a RAVE network.

    It has no `matrices`: weight normalisation separates length and direction, which Muon would mix.
    """

    def __init__(self, params: RAVEParameters, objective: Objective | None = None) -> None:
        self.params = params
        self.objective = objective or Objective()
        self._analysis = torch.from_numpy(pqmf.analysis(params.bands).copy())
        self._synthesis = torch.from_numpy(pqmf.synthesis(params.bands).copy())
        if params.noise_bands:
            self._table = torch.from_numpy(
                filter_table(params.noise_bands, params.noise_block).copy()
            )

    def example(self, sound: NDArray[np.float32], rng: Stream, moment: Moment) -> Example:
        """A window [1, T], noise for latents and decoder, and the weight of the regulariser."""
        beta = self.objective.beta_at(moment.position)
        return {**self.clean(sound, rng), "beta": np.array(beta, np.float32)}

    def clean(self, sound: NDArray[np.float32], rng: Stream) -> Example:
        """The example of a held-out window [1, T]."""
        net, mono = self.params, sound[0]
        shape = net.latent_channels, len(mono) // net.hop
        example: Example = {
            "sound": mono,
            "normal": normals(rng.child("latents"), math.prod(shape)).reshape(shape),
        }
        if net.noise_bands:
            drawn = rng.child("noise").uniforms(len(mono)) * 2 - 1
            example["noise"] = drawn.reshape(-1, net.bands).T.astype(np.float32)
        return example

    def loss(self, weights: Tensors, example: Tensors) -> Tensor:
        """Mean spectral distance of windows [B, T] from the decoded means of their latents."""
        real = self.to_bands(example["sound"])
        mean, _ = self.encode(weights, real)
        made = self.decode(weights, mean, example.get("noise"))
        return sum(self._distances(made, real, example["sound"])[0].values(), real.new_zeros(()))

    def losses(self, weights: Tensors, example: Tensors, turn: Turn) -> Tensors:
        """Spectral distances and the regulariser; in the second phase also adversarial losses."""
        real = self.to_bands(example["sound"])
        if turn.phase == "distance" and turn.player != "prior":
            return self._distance_phase(weights, example, real)
        with torch.no_grad():
            mean, scale = self.encode(weights, real)
            latents = mean + scale * example["normal"]
        if turn.player == "prior":
            drawn = mean.transpose(1, 2)
            return {
                "negative_log_likelihood": negative_log_likelihood(
                    weights, drawn, self.params.prior_layers
                )
            }
        if turn.player == "discriminator":
            with torch.no_grad():
                whole = self.to_sound(self.decode(weights, latents, example.get("noise")))
            return {"hinge": self._hinge(weights, example["sound"], whole).mean()}
        made = self.decode(weights, latents, example.get("noise"))
        terms, whole = self._distances(made, real, example["sound"])
        return terms | self._adversarial_terms(weights, example["sound"], whole)

    def _distance_phase(self, weights: Tensors, example: Tensors, real: Tensor) -> Tensors:
        """The terms of the first phase."""
        statistics: list[Tensor] = []
        mean, scale = self.encode(weights, real, statistics)
        # In the published v1 the branch of noise learns only in the second phase.
        noise = example.get("noise") if self.params.layout == "v2" else None
        made = self.decode(weights, mean + scale * example["normal"], noise)
        terms, _ = self._distances(made, real, example["sound"])
        terms["regulariser"] = (example["beta"] * divergence(mean, scale)).mean()
        if statistics:
            terms["statistics"] = torch.stack(statistics).mean()
        return terms

    def _distances(
        self, made: Tensor, real: Tensor, sound: Tensor
    ) -> tuple[dict[str, Tensor], Tensor]:
        """The spectral distances of bands and of the sound, and the decoded sound [B, T]."""
        whole, crop = self.to_sound(made), self._crop(sound.shape[1])
        rows = crop // self.params.bands
        bands, truth = (one[..., rows : one.shape[-1] - rows] for one in (made, real))
        ours, theirs = (one[:, None, crop : one.shape[-1] - crop] for one in (whole, sound))
        wanted = self.objective.largest_size, self.objective.sizes
        return {
            "spectrum": distance(ours, theirs, fitting_sizes(*wanted, ours.shape[-1])).mean(),
            "bands": distance(bands, truth, fitting_sizes(*wanted, bands.shape[-1])).mean(),
        }, whole

    def _crop(self, length: int) -> int:
        """Number of samples at each end that the loss leaves out."""
        hop, wanted = self.params.hop, self.objective.crop_hops
        if wanted is None:
            wanted = min(self.params.decoder_margin, length // hop // 8)
        return min(wanted, (length // hop - 1) // 2) * hop

    def _hinge(self, weights: Tensors, sound: Tensor, made: Tensor) -> Tensor:
        total = sound.new_zeros(len(sound))
        for one in self.params.discriminators:
            scores = (features(weights, one, whole)[-1] for whole in (sound, made))
            total = total + hinge_loss(*scores)
        return total

    def _adversarial_terms(
        self, weights: Tensors, sound: Tensor, made: Tensor
    ) -> dict[str, Tensor]:
        """Mean scores of decoded sound by the discriminators, and distances of their features."""
        score, apart = (sound.new_zeros(len(sound)) for _ in range(2))
        is_v2, nets = self.params.layout == "v2", self.params.discriminators
        for one in nets:
            real, ours = (features(weights, one, whole) for whole in (sound, made))
            score = score - ours[-1].flatten(1).mean(dim=1)
            skipped = 1 if is_v2 else 0
            apart = apart + feature_distance(real[skipped:], ours[skipped:], is_v2)
        weight = self.objective.feature_weight
        weight = (400.0 if is_v2 else 100.0) if weight is None else weight
        return {
            "adversarial": self.objective.adversarial_weight * score.mean(),
            "features": weight * (apart / len(nets)).mean(),
        }

    def to_bands(self, sound: Tensor) -> Tensor:
        """Bands [B, M, T / M] of sounds [B, T]."""
        rows = sound.view(len(sound), -1, self.params.bands).transpose(1, 2)
        return _flipped(_filtered(rows, self._analysis))

    def to_sound(self, bands: Tensor) -> Tensor:
        """Sounds [B, T] of bands [B, M, T / M]."""
        return _filtered(_flipped(bands), self._synthesis).transpose(1, 2).flatten(1)

    def encode(
        self, weights: Tensors, bands: Tensor, statistics: list[Tensor] | None = None
    ) -> tuple[Tensor, Tensor]:
        """Means and scales [B, L, frames] of latents; norms append their losses to `statistics`."""
        output = run_stack(weights, self.params.encoder, bands, statistics)
        mean, scale = output.chunk(2, dim=1)
        return mean, F.softplus(scale) + LEAST_SCALE

    def decode(self, weights: Tensors, latents: Tensor, noise: Tensor | None) -> Tensor:
        """Bands [B, M, T / M] of latents, with filtered noise if `noise` is given."""
        parts = self.params.decoder
        body = run_stack(weights, parts["trunk"], latents)
        wave = run_stack(weights, parts["wave"], body)
        noise_part: Tensor | float = 0.0
        if noise is not None:
            noise_part = self._filtered_noise(run_stack(weights, parts["noise"], body), noise)
        if self.params.layout == "v1":
            loudness = _positive(run_stack(weights, parts["loudness"], body))
            return wave.tanh() * loudness + noise_part
        tone, gate = wave.chunk(2, dim=1)
        return torch.tanh(tone * gate.sigmoid() + noise_part)

    def _filtered_noise(self, output: Tensor, noise: Tensor) -> Tensor:
        """Noise [B, M, rows] through the filter of each block, cut at the end of the block."""
        net, block = self.params, self.params.noise_block
        sizes = _positive(output - SHIFT)
        sizes = sizes.view(len(sizes), net.bands, net.noise_bands, -1)
        taps = torch.einsum("bmkf,kt->bmft", sizes, self._table.to(output.device))
        blocks = noise.reshape(*noise.shape[:2], -1, block)
        size = 2 * block
        spectra = torch.fft.rfft(blocks, size) * torch.fft.rfft(taps, size)
        made: Tensor = torch.fft.irfft(spectra, size)[..., :block]
        return made.flatten(2)

    def initial(self, rng: Stream) -> Arrays:
        """As torch: uniform within ±1 / √inputs; gains are the lengths of the rows of weights."""
        net, found = self.params, Arrays()
        shapes = net.training_shapes()
        for name, shape in shapes.items():
            if name.endswith(".gain"):
                weight = found[f"{name.removesuffix('.gain')}.weight"].astype(np.float64)
                lengths = np.sqrt(np.square(weight).sum(axis=(1, 2)))
                found[name] = lengths.astype(np.float32)
            else:
                found[name] = _initial_values(rng.child(name), name, shape, shapes)
        return found

    def measured(self, weights: Tensors, sounds: Sequence[NDArray[np.float32]]) -> Arrays:
        """The axes of the latents of windows [1, T], in the order of their variance."""
        means = list[NDArray[np.float64]]()
        with torch.no_grad():
            for sound in sounds:
                window = torch.from_numpy(sound.copy()).to(weights["latent.mean"].device)
                mean, _ = self.encode(weights, self.to_bands(window))
                means.append(mean[0].T.cpu().numpy().astype(np.float64))
        return principal_axes(np.concatenate(means))


def _filtered(rows: Tensor, filters: Tensor) -> Tensor:
    """A convolution with constant filters that keeps the number of rows."""
    before = filters.shape[2] // 2
    padded = F.pad(rows, (before, filters.shape[2] - 1 - before))
    return F.conv1d(padded, filters.to(rows.device))


def _flipped(bands: Tensor) -> Tensor:
    """Bands with every second row of every second band negated."""
    signs = torch.ones(bands.shape[1:], device=bands.device)
    signs[1::2, ::2] = -1
    return bands * signs


def _positive(x: Tensor) -> Tensor:
    """2 σ(x)^2.3 + 1e-7."""
    return 2.0 * torch.exp(STEEPNESS * F.logsigmoid(x)) + LEAST


def _initial_values(
    rng: Stream, name: str, shape: tuple[int, ...], shapes: dict[str, tuple[int, ...]]
) -> NDArray[np.float32]:
    """The initial values of a tensor that is not a gain."""
    if name == "latent.axes":
        return np.eye(shape[0], dtype=np.float32)
    if name == "latent.deviation" or name.endswith(".norm.weight"):
        return np.ones(shape, np.float32)
    if name.startswith("latent.") or ".norm." in name:
        return np.zeros(shape, np.float32)
    if name.startswith("prior.") and name.endswith("bias"):
        return np.zeros(shape, np.float32)
    of = shapes[name.removesuffix("bias") + "weight"] if name.endswith("bias") else shape
    limit = 1.0 / math.sqrt(math.prod(of[1:]))
    return np.asarray(((rng.uniforms(math.prod(shape)) * 2 - 1) * limit).reshape(shape), np.float32)
