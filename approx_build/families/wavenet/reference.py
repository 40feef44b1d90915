"""WaveNet's sampler stated in NumPy, step by step: the oracle of the C one, and its stand-in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from approx_build.audio.mulaw import amplitudes
from approx_build.engines.autoregressive.categorical import Choices, draw
from approx_build.engines.autoregressive.request import ClipRequest, Codes
from approx_build.families.wavenet.parameters import WaveNetParameters
from approx_build.kernels import reference
from approx_build.kernels.tensors import Floats
from approx_build.numerics.stream import key_words


class ReferenceBatch:
    """Clips being drawn by the reference; see `lock_step.Batch`. Inside, longest clip first."""

    def __init__(
        self,
        tensors: Mapping[str, Floats],
        network: WaveNetParameters,
        clips: Sequence[ClipRequest],
        keep_logits: bool,
    ) -> None:
        reference.refuse_flush_to_zero()
        self._tensors, self._network = tensors, network
        self._order = sorted(range(len(clips)), key=lambda i: -clips[i].steps)
        self._clips = [clips[i] for i in self._order]
        self._primes = [clip.prime_codes for clip in self._clips]
        self._keys = [key_words(clip.key) for clip in self._clips]
        self.codes: list[Codes] = [np.zeros(clip.length, np.uint8) for clip in clips]
        self.logits: list[NDArray[np.float32]] = [
            np.zeros((clip.steps, network.quantization_channels), np.float32)
            for clip in clips
            if keep_logits
        ]
        self._step, self._skip_bias = 0, _sum_in_order(tensors.get("layers.skip.bias"))
        self._values = (
            amplitudes(network.quantization_channels)
            if network.scalar_input
            else np.zeros(0, np.float32)
        )
        past = np.float32(0) if network.scalar_input else network.quantization_channels // 2
        self._past = np.full((len(clips), network.causal_width), past)
        reach = network.filter_width - 1
        self._rings = [
            # One more than the oldest tap's delay, because the newest input is stored, too.
            np.zeros((reach * dilation + 1, len(clips), network.residual_channels), np.float32)
            for dilation in network.dilations
        ]

    def run(self, steps: int) -> bool:
        """Draw up to `steps` further samples of every clip; whether any is left to draw."""
        for _ in range(steps):
            # The longest are first, so the clips that still go on are the first `active` ones.
            active = sum(clip.steps > self._step for clip in self._clips)
            if not active:
                return False
            with np.errstate(over="ignore", invalid="ignore"):  # `draw` says so instead
                self._run_step(active)
        return True

    def _run_step(self, active: int) -> None:
        drawing = [i for i in range(active) if self._step >= len(self._primes[i])]
        gated = self._run_layers(active)
        codes = np.zeros(active, np.intp)
        # While all clips hear primes, nobody needs logits.
        if drawing or self.logits:
            logits = self._head(gated)
            for i in range(active if self.logits else 0):
                self.logits[self._order[i]][self._step] = logits[i]
            if drawing:
                codes[drawing] = draw(logits[drawing], self._choices(drawing))
        for i in range(active):
            self._keep(i, int(codes[i]))
        self._step += 1

    def _run_layers(self, active: int) -> Floats:
        """Gated outputs of all layers side by side [active, layers * dilation_channels]."""
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
        """The causal layer's output [active, residual]."""
        weights, past = self._tensors["causal.weight"], self._past[:active]
        if self._network.scalar_input:
            return reference.product(past, weights[:, 0])
        x: Floats = weights[0][past[:, 0]]
        for tap in range(1, self._network.causal_width):
            x = x + weights[tap][past[:, tap]]
        return x

    def _taps(self, layer: int, x: Floats) -> Floats:
        """Inputs of all taps of `layer` side by side, oldest first, `x` the newest."""
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

    def _choices(self, drawing: Sequence[int]) -> Choices:
        clips = [self._clips[i] for i in drawing]
        samples = [self._step - len(self._primes[i]) for i in drawing]
        curves = [clip.curve for clip in clips]
        return Choices(
            # A curve of one number is constant.
            np.array([c[min(t, len(c) - 1)] for c, t in zip(curves, samples, strict=True)]),
            np.array([clip.towards_silence for clip in clips], np.float32),
            np.array([clip.top_k or 0 for clip in clips]),
            np.array(
                [
                    reference.uniform(self._keys[i], clip.first_draw + t)
                    for i, clip, t in zip(drawing, clips, samples, strict=True)
                ]
            ),
        )

    def _keep(self, i: int, drawn: int) -> None:
        """Store the sample of clip `i` at this step and remember it as input."""
        prime, sample = self._primes[i], self._step - len(self._primes[i])
        code = drawn if sample >= 0 else int(prime[self._step])
        if sample >= 0:
            self.codes[self._order[i]][sample] = code
        self._past[i, :-1] = self._past[i, 1:]
        self._past[i, -1] = self._values[code] if self._network.scalar_input else code


def _sum_in_order(biases: Floats | None) -> Floats | None:
    """The layers' skip biases [L, S] added from the first layer to the last [S]."""
    return None if biases is None else np.asarray(np.add.accumulate(biases, axis=0)[-1])
