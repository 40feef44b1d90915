"""DDSP in torch: the decoder, its synthesis, and the loss on spectra of several sizes.

Weights are a dict of tensors with the names and shapes in `parameters`. Everything without a
gradient is computed in NumPy when a window becomes an example: pitch, loudness, phases, and new
noise for each example, so that the network cannot learn one noise by heart.

Off the path of a sample: it trains; takes are played by the kernels.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor
from torchaudio.functional import spectrogram

from approx_build.families.base import Arrays, Example, Moment, Network, Tensors
from approx_build.families.ddsp.controls import (
    LEAST,
    LN_10,
    NOISE_BIAS,
    crossing,
    filter_table,
    limits,
    pitch_by_sample,
    scaled,
    turned,
)
from approx_build.families.ddsp.curves import middle_hz, pitch_and_loudness
from approx_build.families.ddsp.parameters import DDSPParameters, Objective
from approx_build.families.ddsp.reference import EPSILON, SLOPE
from approx_build.families.ddsp.timbre import coefficients, frames_a_step
from approx_build.numerics.normal import normals
from approx_build.numerics.stream import Stream

_LEAST_MAGNITUDE = 1e-5
"""Softer bins count as this one in the difference of logarithms."""
_SPECTRA_S = 0.128
_IMPULSE = 1e-3
"""Standard deviation of the initial impulse response of the reverberation."""


class DDSPNetwork(Network):
    """Examples, loss, sound and initial weights of a DDSP network."""

    def __init__(self, params: DDSPParameters, objective: Objective | None = None) -> None:
        self.params = params
        self.objective = objective or Objective()
        self._table = torch.from_numpy(filter_table(params.noise_bands).copy())
        self._fall, self._rise = (torch.from_numpy(one.copy()) for one in crossing(params.hop))
        self._limits = torch.from_numpy(limits(params).copy())

    def example(self, sound: NDArray[np.float32], rng: Stream, moment: Moment) -> Example:
        """A window [1, T] with its pitch and loudness, phases and noise."""
        return self.clean(sound, rng)

    def clean(self, sound: NDArray[np.float32], rng: Stream) -> Example:
        """The example of a window [1, T]: its own features, and noise."""
        net, mono = self.params, sound[0]
        frames = len(mono) // net.hop + 1
        track, db = pitch_and_loudness(net, mono, frames)
        hz = track.held(middle_hz(net))
        pitch, loudness = scaled(hz, db)
        by_sample = pitch_by_sample(hz, net.hop)
        phase = turned(by_sample, net.rate, np.uint64(0)).astype(np.float64) * 2.0**-64
        noised = -(-(len(mono) + net.taps // 2) // net.hop) * net.hop
        noise = rng.child("noise").uniforms(noised) * 2 - 1
        share = float(track.is_clear.mean())
        is_pitched = share >= self.objective.least_pitched
        example: Example = {
            "sound": mono,
            "pitch": pitch,
            "loudness": loudness,
            "hz": hz.astype(np.float32),
            "hz_by_sample": by_sample.astype(np.float32),
            "turns": phase.astype(np.float32),
            "noise": noise.astype(np.float32),
            "weight": np.array(1.0 if is_pitched else self.objective.unpitched_weight, np.float32),
        }
        if net.form == "ae":
            example["coefficients"] = coefficients(net, mono, frames)
        return example

    def loss(self, weights: Tensors, example: Tensors) -> Tensor:
        """Weighted mean over a batch of the differences of spectra and of their logarithms."""
        made = self.sound(weights, example)
        apart = self.difference(made, example["sound"])
        weight = example["weight"]
        return (apart * weight).sum() / weight.sum().clamp(min=1e-9)

    def difference(self, made: Tensor, target: Tensor) -> Tensor:
        """The distance between the spectra of sounds [B, T], for each sound [B]."""
        total = made.new_zeros(len(made))
        for size in self.sizes():
            ours, theirs = (_magnitudes(one, size) for one in (made, target))
            linear = (ours - theirs).abs().mean(dim=(1, 2))
            logs = [one.clamp(min=_LEAST_MAGNITUDE).log() for one in (ours, theirs)]
            logarithmic = (logs[0] - logs[1]).abs().mean(dim=(1, 2))
            total = total + linear + self.objective.log_weight * logarithmic
        return total

    def sizes(self) -> list[int]:
        """Sizes of the spectra, the largest first."""
        power = round(math.log2(_SPECTRA_S * self.params.rate))
        largest = self.objective.largest_size or 1 << power
        return [
            largest >> halved for halved in range(self.objective.sizes) if largest >> halved >= 8
        ]

    def controls(self, weights: Tensors, example: Tensors) -> Tensor:
        """Controls [B, M, controls] of frames."""
        net, inputs = self.params, {name: example[name] for name in ("pitch", "loudness")}
        if net.form == "ae":
            inputs["timbre"] = self.timbre(weights, example)
        shared = {"loudness": "pitch"} if net.share_stacks else {}
        given = [inputs[name] for name in net.stacks]
        stacked = [
            self._stack(weights, shared.get(name, name), one)
            for name, one in zip(net.stacks, given, strict=True)
        ]
        states = _recurrent(weights, "recurrent", torch.cat(stacked, dim=-1))
        beside = stacked if net.rejoin == "stacks" else given
        hidden = self._stack(weights, "output", torch.cat([*beside, states], dim=-1))
        return _dense(weights, "controls", hidden)

    def timbre(self, weights: Tensors, example: Tensors) -> Tensor:
        """Timbre [B, M, Z] of each frame, from cepstral coefficients [B, S, 30]."""
        given = example["coefficients"]
        variance, mean = torch.var_mean(given, dim=1, correction=0, keepdim=True)
        features = (given - mean) / (variance + EPSILON).sqrt()
        features = features * weights["encoder.norm.weight"] + weights["encoder.norm.bias"]
        states = _recurrent(weights, "encoder.recurrent", features)
        steps = _dense(weights, "encoder.timbre", states)
        step, frames = frames_a_step(self.params), example["pitch"].shape[1]
        places = torch.arange(frames, device=steps.device)
        at, share = places // step, (places % step / step).to(steps.dtype)[:, None]
        return steps[:, at] + (steps[:, at + 1] - steps[:, at]) * share

    def sound(self, weights: Tensors, example: Tensors) -> Tensor:
        """Sound [B, T] of a batch of examples, without clipping to full scale."""
        net = self.params
        controls = self.controls(weights, example).float()
        shares = _positive(controls[..., 1 : 1 + net.harmonics])
        is_below_limit = example["hz"][..., None] < self._limits.to(controls.device)
        shares = shares * is_below_limit
        amplitude = _positive(controls[..., :1]) / (shares.sum(dim=-1, keepdim=True) + LEAST)
        noise = _positive(controls[..., 1 + net.harmonics :] + NOISE_BIAS)
        made = self._harmonics(amplitude * shares, example) + self._noises(noise, example)
        return self._reverberated(weights, made)

    def _stack(self, weights: Tensors, name: str, x: Tensor) -> Tensor:
        for layer in range(self.params.stack_layers):
            at = f"{name}.{layer}"
            x = _dense(weights, at, x)
            norm = weights[f"{at}.norm.weight"], weights[f"{at}.norm.bias"]
            x = F.leaky_relu(F.layer_norm(x, x.shape[-1:], *norm, EPSILON), SLOPE)
        return x

    def _harmonics(self, amplitudes: Tensor, example: Tensors) -> Tensor:
        """Sines [B, T] whose amplitudes [B, M, H] crossfade from frame to frame."""
        numbers = torch.arange(1, self.params.harmonics + 1, device=amplitudes.device)
        turns = example["turns"][..., None] * numbers
        waves = torch.sin((2 * math.pi) * (turns - turns.round()))
        waves = waves * (example["hz_by_sample"][..., None] < self._limits.to(waves.device))
        waves = waves.view(len(waves), -1, self.params.hop, waves.shape[-1])
        falling = torch.einsum("bmth,bmh->bmt", waves, amplitudes[:, :-1])
        rising = torch.einsum("bmth,bmh->bmt", waves, amplitudes[:, 1:])
        fall, rise = (one.to(waves.device) for one in (self._fall, self._rise))
        return (falling * fall + rising * rise).flatten(1)

    def _noises(self, magnitudes: Tensor, example: Tensors) -> Tensor:
        """Noise [B, T] through the filter of each frame; the last filter is repeated as needed."""
        hop, taps = self.params.hop, self.params.taps
        blocks = example["noise"].view(len(example["noise"]), -1, hop)
        count, length = blocks.shape[1], example["sound"].shape[1]
        filters = magnitudes @ self._table.to(magnitudes.device)
        last = filters[:, -1:].expand(-1, max(0, count - filters.shape[1]), -1)
        filters = torch.cat((filters, last), dim=1)[:, :count]
        size = _even(hop + taps)
        spectra = torch.fft.rfft(blocks, size) * torch.fft.rfft(filters, size)
        pieces = torch.fft.irfft(spectra, size)[..., : hop + taps]
        total = F.fold(
            pieces.transpose(1, 2),
            (1, (count - 1) * hop + hop + taps),
            (1, hop + taps),
            stride=(1, hop),
        )
        return total[:, 0, 0, taps // 2 : taps // 2 + length]

    def _reverberated(self, weights: Tensors, dry: Tensor) -> Tensor:
        impulse = weights.get("reverb.impulse")
        if impulse is None:
            return dry
        length = dry.shape[1]
        taps = F.pad(impulse[1:], (1, 0))[:length]
        size = _even(length + len(taps))
        spectra = torch.fft.rfft(dry, size) * torch.fft.rfft(taps, size)
        wet: Tensor = torch.fft.irfft(spectra, size)[:, :length]
        return dry + wet

    def matrices(self) -> dict[str, tuple[int, int, int, float]]:
        """The weights that Muon updates: maps between hidden channels."""
        found = dict[str, tuple[int, int, int, float]]()
        for name, shape in self.params.tensor_shapes().items():
            # The gates of a GRU are concatenated along one axis, which is not a stack of matrices.
            is_outer = name.startswith(("controls.", "encoder.", "recurrent."))
            if len(shape) == 2 and min(shape) > 1 and not is_outer:
                found[name] = (1, shape[0], shape[1], 1.0)
        return found

    def initial(self, rng: Stream) -> Arrays:
        """As in Keras: Glorot-uniform maps, orthogonal for states; zero biases; norms 1 and 0."""
        shapes = self.params.tensor_shapes()
        return {name: _first(rng.child(name), name, shape) for name, shape in shapes.items()}


def _dense(weights: Tensors, name: str, x: Tensor) -> Tensor:
    return x @ weights[f"{name}.weight"] + weights[f"{name}.bias"]


def _recurrent(weights: Tensors, name: str, x: Tensor) -> Tensor:
    """States [B, M, R] of a GRU by torch, whose gates are in the same order."""
    of_input, of_state = weights[f"{name}.input.weight"], weights[f"{name}.state.weight"]
    flat = [of_input.t().contiguous(), of_state.t().contiguous()]
    flat += [weights[f"{name}.input.bias"], weights[f"{name}.state.bias"]]
    begun = x.new_zeros(1, len(x), of_state.shape[0])
    states, _ = torch.gru(x, begun, flat, True, 1, 0.0, False, False, True)
    return states


def _positive(x: Tensor) -> Tensor:
    """2 σ(x)^ln 10 + 1e-7."""
    return 2.0 * torch.exp(LN_10 * F.logsigmoid(x)) + LEAST


def _magnitudes(sound: Tensor, size: int) -> Tensor:
    """Magnitudes [B, F, M] of frames, a quarter of their length apart; the end is padded."""
    hop = size // 4
    length = sound.shape[1]
    missing = max(size - length, 0) or -(length - size) % hop
    window = torch.hann_window(size, device=sound.device)
    padded = F.pad(sound, (0, missing))
    powers: Tensor = spectrogram(padded, 0, window, size, hop, size, 2.0, False, center=False)
    # The gradient of the root is infinite at 0.
    return (powers + 1e-14).sqrt()


def _even(length: int) -> int:
    """A size with a fast transform, at least `length`."""
    return 1 << (length - 1).bit_length()


def _first(rng: Stream, name: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """The initial values of one tensor."""
    if name == "reverb.impulse":
        return np.asarray(normals(rng, shape[0]) * _IMPULSE, np.float32)
    if len(shape) == 1:
        return np.full(shape, 1.0 if name.endswith("norm.weight") else 0.0, np.float32)
    count = math.prod(shape)
    if name.endswith("state.weight"):
        parts = normals(rng, count).reshape(3, shape[0], shape[0])
        return np.concatenate([np.linalg.qr(part)[0] for part in parts], axis=1, dtype=np.float32)
    limit = (6.0 / sum(shape)) ** 0.5
    return np.asarray(((rng.uniforms(count) * 2 - 1) * limit).reshape(shape), np.float32)
