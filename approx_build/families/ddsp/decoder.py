"""The control network of DDSP on one kernel: pitch, loudness and timbre to controls, by frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from approx_build.families.ddsp import compiled, reference
from approx_build.families.ddsp.controls import filter_table
from approx_build.families.ddsp.parameters import DDSPParameters
from approx_build.families.ddsp.timbre import coefficients, upsampled
from approx_build.kernels.compiled import Kernel, choose
from approx_build.kernels.tensors import Floats

Layer = reference.ReferenceLayer | compiled.LibraryLayer

_EPSILON = 1e-3
"""Added to the variance of a coefficient over time."""


class Decoder:
    """A network with weights packed for a kernel; it stores no state of a take."""

    def __init__(
        self, network: DDSPParameters, tensors: Mapping[str, Floats], kernel: Kernel | None = None
    ) -> None:
        self.network, self._tensors = network, tensors
        self.kernel = kernel or choose()
        shared = {"loudness": "pitch"} if network.share_stacks else {}
        self._stacks = {name: self._stack(shared.get(name, name)) for name in network.stacks}
        self._recurrent = self._pair("recurrent")
        self._output = [*self._stack("output"), self._layer("controls")]

    def start(self) -> Floats:
        """The state before the first frame."""
        return np.zeros(self.network.recurrent_channels, np.float32)

    def controls(self, inputs: Mapping[str, Floats], state: Floats) -> tuple[Floats, Floats]:
        """Controls [M, controls] of further frames, and the state after them.

        `inputs` are arrays [M, numbers] by the names of the network's stacks.
        """
        given = [inputs[name] for name in self.network.stacks]
        features = [
            _through(stack, one) for stack, one in zip(self._stacks.values(), given, strict=True)
        ]
        into, of_state = self._recurrent
        states, state = of_state.recur(into.run(_joined(features)), state)
        beside = features if self.network.rejoin == "stacks" else given
        return _through(self._output, _joined([*beside, states])), state

    def filters(self, noise: Floats) -> Floats:
        """The filter [M, taps] of each frame from magnitudes [M, bands]."""
        return self._filters.run(noise)

    def timbre(self, sound: Floats, frames: int) -> Floats:
        """The timbre [frames, Z] of a sound [T], computed by the encoder."""
        features = coefficients(self.network, sound, frames).astype(np.float64)
        features = features - features.mean(axis=0)
        features = features / np.sqrt((features * features).mean(axis=0) + _EPSILON)
        weight, bias = self._tensors["encoder.norm.weight"], self._tensors["encoder.norm.bias"]
        into, of_state = self._encoder
        states, _ = of_state.recur(
            into.run(features.astype(np.float32) * weight + bias), self.start()
        )
        return upsampled(self.network, self._layer("encoder.timbre").run(states), frames)

    @cached_property
    def _encoder(self) -> tuple[Layer, Layer]:
        return self._pair("encoder.recurrent")

    @cached_property
    def _filters(self) -> Layer:
        table = filter_table(self.network.noise_bands)
        return self._made(table, np.zeros(table.shape[1], np.float32), None)

    def _pair(self, name: str) -> tuple[Layer, Layer]:
        return self._layer(f"{name}.input"), self._layer(f"{name}.state")

    def _stack(self, name: str) -> list[Layer]:
        return [self._layer(f"{name}.{layer}", True) for layer in range(self.network.stack_layers)]

    def _layer(self, name: str, has_norm: bool = False) -> Layer:
        tensors, norm = self._tensors, None
        if has_norm:
            norm = tensors[f"{name}.norm.weight"], tensors[f"{name}.norm.bias"]
        return self._made(tensors[f"{name}.weight"], tensors[f"{name}.bias"], norm)

    def _made(self, weight: Floats, bias: Floats, norm: tuple[Floats, Floats] | None) -> Layer:
        if self.kernel is Kernel.REFERENCE:
            return reference.ReferenceLayer(weight, bias, norm)
        return compiled.LibraryLayer(self.kernel, weight, bias, norm)


def _through(layers: Sequence[Layer], x: Floats) -> Floats:
    for layer in layers:
        x = layer.run(x)
    return x


def _joined(parts: Sequence[Floats]) -> Floats:
    return np.ascontiguousarray(np.concatenate(parts, axis=1))
