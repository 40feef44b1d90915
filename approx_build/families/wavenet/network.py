"""WaveNet in torch: one matrix product a layer over all taps, one product for all skips.

The form is faster than convolutions by about half. Sound runs along the second axis: [B, T, C].
Weights are a dict of tensors named and shaped as `parameters` says.

Off the path of a sample: it trains; takes on a CPU are drawn by the kernels.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor

from approx_build.audio.mulaw import amplitudes, encode
from approx_build.families.base import Arrays, Example, Gradients, Moment, Tensors
from approx_build.families.wavenet import gradients
from approx_build.families.wavenet.parameters import Objective, WaveNetParameters
from approx_build.numerics.stream import Stream


class WaveNetNetwork:
    """Examples, loss, logits and first weights of a WaveNet."""

    def __init__(self, params: WaveNetParameters, objective: Objective | None = None) -> None:
        self.params = params
        self.objective = objective or Objective()
        self.silence = params.quantization_channels // 2
        # Copied, because the cached table is read-only.
        self._amplitudes = torch.from_numpy(amplitudes(params.quantization_channels).copy())

    def clean(self, sound: NDArray[np.float32], rng: Stream) -> Example:
        """The codes [T] of a window, as they are."""
        codes = encode(sound[0], self.params.quantization_channels)
        return {"codes": codes, "given": codes}

    def example(self, sound: NDArray[np.float32], rng: Stream, moment: Moment) -> Example:
        """The codes [T] of a window, and those it is given: noisy while fine-tuning."""
        found = self.clean(sound, rng)
        if not moment.is_finetuning:
            return found
        codes = found["codes"]
        # Below 0 for half of the windows, which stay clean.
        strength = max(0.0, rng.uniform() * 2 - 1) * self.objective.finetune_noise
        # The sum of four uniforms is near enough to normal: variance 4/12, hence sqrt(3).
        bell = (rng.uniforms(4 * codes.size).reshape(4, -1).sum(axis=0) - 2) * 3**0.5
        noisy = codes + np.round(bell * strength).astype(np.int64)
        return found | {"given": np.clip(noisy, 0, self.params.quantization_channels - 1)}

    def logits(self, weights: Tensors, given: Tensor) -> Tensor:
        """Logits [B, T, Q] of the codes that come at the times of `given` [B, T], from its past.

        Row t sees given[0] to given[t - 1] and, before them, the start state.
        """
        x = self._heard(weights["causal.weight"], given)
        layers = {name: weights[f"layers.{name}.weight"].unbind(0) for name in _MAPS}
        biases = {name: self._biases(weights, name) for name in _MAPS}
        gated = []
        for index, dilation in enumerate(self.params.dilations):
            weight = torch.cat((layers["filter"][index], layers["gate"][index]), dim=2)
            bias = _joined(biases["filter"][index], biases["gate"][index])
            both = _product(self._taps(x, dilation), weight.flatten(0, 1), bias)
            filtered, gate = both.chunk(2, dim=-1)
            z = torch.tanh(filtered) * torch.sigmoid(gate)
            gated.append(z)
            # Nothing depends on the dense map of the last layer.
            if index + 1 < len(self.params.dilations):
                x = x + _product(z, layers["dense"][index], biases["dense"][index])
        return self._post(weights, torch.cat(gated, dim=-1))

    def loss(self, weights: Tensors, example: Tensors) -> Tensor:
        """Mean cross-entropy, nats, of codes [B, T] when the past is made of those given [B, T]."""
        logits = self.logits(weights, example["given"])
        return F.cross_entropy(logits.flatten(0, 1), example["codes"].flatten())

    def gradients(self, weights: Tensors, example: Tensors) -> Gradients | None:
        """`loss` of one example and its gradients, by the compiled kernel.

        None where it cannot serve: on CUDA, for other numbers than float32, or not compiled.
        """
        tensors = list(weights.values())
        if any(t.device.type != "cpu" or t.dtype != torch.float32 for t in tensors):
            return None
        if gradients.describe() is None:
            return None
        arrays = {name: w.detach().contiguous().numpy() for name, w in weights.items()}
        loss, found = gradients.loss_and_gradients(
            self.params, arrays, example["codes"][0].numpy(), example["given"][0].numpy()
        )
        return loss, {name: torch.from_numpy(gradient) for name, gradient in found.items()}

    def _heard(self, weight: Tensor, given: Tensor) -> Tensor:
        """The causal convolution [B, T, R] of the codes before each time."""
        width, length = self.params.causal_width, given.shape[1]
        past = F.pad(given, (width, 0), value=self.silence)[:, :-1]
        if self.params.scalar_input:
            return self._amplitudes.to(past.device)[past].unfold(1, width, 1) @ weight[:, 0, :]
        taps = [F.embedding(past[:, tap : tap + length], weight[tap]) for tap in range(width)]
        total = taps[0]
        for tap in taps[1:]:
            total = total + tap
        return total

    def _taps(self, x: Tensor, dilation: int) -> Tensor:
        """The taps of a dilated convolution side by side [B, T, W · R], the oldest first."""
        length, width = x.shape[1], self.params.filter_width
        taps = []
        for tap in range(width - 1):
            delay = min(length, (width - 1 - tap) * dilation)
            taps.append(F.pad(x[:, : length - delay], (0, 0, delay, 0)))
        return torch.cat((*taps, x), dim=-1)

    def _biases(self, weights: Tensors, name: str) -> tuple[Tensor | None, ...]:
        if not self.params.use_biases:
            return (None,) * len(self.params.dilations)
        return weights[f"layers.{name}.bias"].unbind(0)

    def _post(self, weights: Tensors, gated: Tensor) -> Tensor:
        bias = weights["layers.skip.bias"].sum(dim=0) if self.params.use_biases else None
        skips = _product(gated, weights["layers.skip.weight"].flatten(0, 1), bias)
        hidden = _product(torch.relu(skips), weights["post1.weight"], weights.get("post1.bias"))
        return _product(torch.relu(hidden), weights["post2.weight"], weights.get("post2.bias"))

    def matrices(self) -> dict[str, tuple[int, int, int, float]]:
        """The weights that Muon turns, as stacks of matrices.

        The skip maps are in effect one tall matrix, so each takes half a step.
        """
        layers, width = len(self.params.dilations), self.params.filter_width
        residual, dilation = self.params.residual_channels, self.params.dilation_channels
        skip = self.params.skip_channels
        return {
            "layers.filter.weight": (layers, width * residual, dilation, 1.0),
            "layers.gate.weight": (layers, width * residual, dilation, 1.0),
            "layers.dense.weight": (layers, dilation, residual, 1.0),
            "layers.skip.weight": (layers, dilation, skip, 0.5),
            "post1.weight": (1, skip, skip, 1.0),
        }

    def initial(self, rng: Stream) -> Arrays:
        """Glorot-uniform weights, zero biases (Glorot & Bengio 2010); ibab's initialisation.

        With `smooth`, besides, codes of like loudness start out alike, and the dense and last
        maps start small, so that training begins faster.
        """
        shapes = self.params.tensor_shapes()
        weights = {name: _glorot(rng.child(name), name, shape) for name, shape in shapes.items()}
        if self.objective.initialisation == "glorot":
            return weights
        if not self.params.scalar_input:
            weights["causal.weight"] = self._smooth(rng.child("smooth"))
        weights["layers.dense.weight"] *= np.float32(2 / len(self.params.dilations) ** 0.5)
        weights["post2.weight"] *= np.float32(0.5)
        return weights

    def _smooth(self, rng: Stream) -> NDArray[np.float32]:
        """An embedding [W, Q, R] that is a random mix of smooth functions of the loudness."""
        codes = self.params.quantization_channels
        loudness = np.linspace(-1.0, 1.0, codes)
        amplitude = amplitudes(codes).astype(np.float64)
        curves = [np.ones(codes), loudness]
        for _ in range(6):  # Chebyshev polynomials, by their recurrence
            curves.append(2 * loudness * curves[-1] - curves[-2])
        shapes = [amplitude, np.clip(3 * amplitude, -1, 1), *curves[1:7]]
        width, _, residual = self.params.tensor_shapes()["causal.weight"]
        mix = (rng.uniforms(width * len(shapes) * residual) * 2 - 1).reshape(
            width, len(shapes), 1, residual
        )
        smooth = sum(mix[:, i] * shape[None, :, None] for i, shape in enumerate(shapes))
        noise = (rng.uniforms(width * codes * residual) * 2 - 1).reshape(width, codes, residual)
        return np.asarray(0.6 * smooth + 0.035 * noise, dtype=np.float32)


_MAPS = ("filter", "gate", "dense", "skip")


def _product(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """x [B, T, I] times weight [I, O], plus bias [O]."""
    rows = x.flatten(0, -2)
    found = rows @ weight if bias is None else torch.addmm(bias, rows, weight)
    return found.view(*x.shape[:-1], weight.shape[1])


def _joined(filter_bias: Tensor | None, gate_bias: Tensor | None) -> Tensor | None:
    if filter_bias is None or gate_bias is None:
        return None
    return torch.cat((filter_bias, gate_bias))


def _glorot(rng: Stream, name: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Glorot-uniform numbers for the maps of one tensor; zeros when it holds biases."""
    if name.endswith(".bias"):
        return np.zeros(shape, dtype=np.float32)
    per_layer = shape[1:] if name.startswith("layers.") else shape
    taps = math.prod(per_layer[:-2])
    limit = (6.0 / (taps * (per_layer[-2] + per_layer[-1]))) ** 0.5
    numbers = (rng.uniforms(math.prod(shape)) * 2 - 1) * limit
    return np.asarray(numbers.reshape(shape), dtype=np.float32)
