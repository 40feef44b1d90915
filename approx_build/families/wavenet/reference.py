"""WaveNet's sampler in NumPy, step by step: the oracle of the C one, and its substitute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from approx_build.audio.mulaw import amplitudes
from approx_build.engines.autoregressive.reference import ReferenceBatch
from approx_build.engines.autoregressive.request import ClipRequest
from approx_build.families.wavenet.parameters import WaveNetParameters
from approx_build.kernels import reference
from approx_build.kernels.tensors import Floats


class WaveNetReference(ReferenceBatch):
    """Clips being generated from a WaveNet by the reference."""

    def __init__(
        self,
        tensors: Mapping[str, Floats],
        network: WaveNetParameters,
        clips: Sequence[ClipRequest],
        keep_logits: bool,
    ) -> None:
        super().__init__(network.quantization_channels, clips, keep_logits)
        self._tensors, self._network = tensors, network
        self._skip_bias = _sum_in_order(tensors.get("layers.skip.bias"))
        self._values = (
            amplitudes(network.quantization_channels)
            if network.scalar_input
            else np.zeros(0, np.float32)
        )
        past = np.float32(0) if network.scalar_input else network.quantization_channels // 2
        self._past = np.full((len(clips), network.causal_width), past)
        reach = network.filter_width - 1
        self._rings = [
            # One more than the delay of the oldest tap, because the newest input is stored, too.
            np.zeros((reach * dilation + 1, len(clips), network.residual_channels), np.float32)
            for dilation in network.dilations
        ]

    def _logits(self, active: int, is_wanted: bool) -> Floats:
        gated = self._run_layers(active)
        return self._head(gated) if is_wanted else gated

    def _run_layers(self, active: int) -> Floats:
        """Gated outputs of all layers, concatenated [active, layers * dilation_channels]."""
        outputs, x = [], self._enter(active)
        for layer in range(len(self._rings)):
            past = self._taps(layer, x)
            f = self._product("layers.filter", past, layer)
            g = self._product("layers.gate", past, layer)
            outputs.append(reference.gated(f, g))
            if layer + 1 < len(self._rings):
                x = x + self._product("layers.dense", outputs[-1], layer)
        return np.concatenate(outputs, axis=1)

    def _enter(self, active: int) -> Floats:
        """The output of the causal layer [active, residual]."""
        weights, past = self._tensors["causal.weight"], self._past[:active]
        if self._network.scalar_input:
            return reference.product(past, weights[:, 0])
        x: Floats = weights[0][past[:, 0]]
        for tap in range(1, self._network.causal_width):
            x = x + weights[tap][past[:, tap]]
        return x

    def _taps(self, layer: int, x: Floats) -> Floats:
        """Inputs of all taps of `layer`, concatenated, oldest first; `x` is the newest."""
        ring, dilation = self._rings[layer], self._network.dilations[layer]
        ring[self._step % len(ring), : len(x)] = x
        back = dilation * np.arange(self._network.filter_width - 1, -1, -1)
        return np.concatenate(ring[(self._step - back) % len(ring), : len(x)], axis=1)

    def _product(self, name: str, x: Floats, layer: int) -> Floats:
        weights, bias = self._tensors[f"{name}.weight"][layer], self._tensors.get(f"{name}.bias")
        rows = weights.reshape(-1, weights.shape[-1])
        return reference.product(x, rows, None if bias is None else bias[layer])

    def _head(self, gated: Floats) -> Floats:
        """Skips of all layers, ReLU, post1, ReLU, post2: logits [active, classes]."""
        t = self._tensors
        skips = t["layers.skip.weight"].reshape(-1, self._network.skip_channels)
        hidden = reference.relu(reference.product(gated, skips, self._skip_bias))
        hidden = reference.product(hidden, t["post1.weight"], t.get("post1.bias"))
        return reference.product(reference.relu(hidden), t["post2.weight"], t.get("post2.bias"))

    def _remember(self, clip: int, code: int) -> None:
        self._past[clip, :-1] = self._past[clip, 1:]
        self._past[clip, -1] = self._values[code] if self._network.scalar_input else code


def _sum_in_order(biases: Floats | None) -> Floats | None:
    """The sum of the layers' skip biases [L, S], from the first layer to the last [S]."""
    return None if biases is None else np.asarray(np.add.accumulate(biases, axis=0)[-1])
