"""The tensors of a WaveNet as the kernels take them, and the check that they are so.

Layout: [tap, input, output] with tap 0 the oldest, stacked over layers. Bias tensors are absent
when the network uses none. A one-hot network's causal layer has `filter_width` taps over the
classes, a scalar one's `initial_filter_width` taps over one value; it has no bias.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from approx_build.audio.mulaw import amplitudes
from approx_build.errors import ModelError
from approx_build.kernels.tensors import checked_tensors, fitting_tensors

Weights = Mapping[str, NDArray[np.floating]]
Floats = NDArray[np.float32]

MOST_CLASSES = 256
"""Codes are bytes."""
FARTHEST_TAP = 1 << 24
"""Samples that a layer looks back: some minutes of sound."""


class WaveNetConfig(Protocol):
    """The parameters of a WaveNet that its sampler needs (names of ibab/tensorflow-wavenet)."""

    @property
    def dilations(self) -> Sequence[int]:
        """Samples between the taps of each layer."""

    @property
    def filter_width(self) -> int:
        """Taps of each layer's filter and gate."""

    @property
    def residual_channels(self) -> int:
        """Channels between layers."""

    @property
    def dilation_channels(self) -> int:
        """Channels of filter and gate."""

    @property
    def skip_channels(self) -> int:
        """Channels of the sum of skips."""

    @property
    def quantization_channels(self) -> int:
        """Classes a sample is drawn from."""

    @property
    def use_biases(self) -> bool:
        """Whether all but the causal layer have biases."""

    @property
    def scalar_input(self) -> bool:
        """Whether the input is a sample's value rather than its class."""

    @property
    def initial_filter_width(self) -> int:
        """Taps of the causal layer when the input is scalar."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A WaveNet's sizes; satisfies `WaveNetConfig`."""

    dilations: tuple[int, ...]
    filter_width: int = 2
    residual_channels: int = 32
    dilation_channels: int = 32
    skip_channels: int = 512
    quantization_channels: int = 256
    use_biases: bool = True
    scalar_input: bool = False
    initial_filter_width: int = 32

    @classmethod
    def of(cls, config: WaveNetConfig) -> Shape:
        """The sizes of `config`; ModelError when one is out of range."""
        shape = cls(
            tuple(int(d) for d in config.dilations),
            config.filter_width,
            config.residual_channels,
            config.dilation_channels,
            config.skip_channels,
            config.quantization_channels,
            config.use_biases,
            config.scalar_input,
            config.initial_filter_width,
        )
        shape._check()
        return shape

    def _check(self) -> None:
        if not self.dilations or min(self.dilations) < 1:
            raise ModelError(f"dilations: {list(self.dilations)}; must be one or more, each >= 1")
        if not 2 <= self.quantization_channels <= MOST_CLASSES:
            raise ModelError(
                f"quantization_channels: {self.quantization_channels}; must be 2 to {MOST_CLASSES}"
            )
        if self.filter_width < 2:
            raise ModelError(f"filter_width: {self.filter_width}; must be at least 2")
        if max(self.dilations) * (self.filter_width - 1) > FARTHEST_TAP:
            raise ModelError(f"dilations: a tap lies more than {FARTHEST_TAP} samples back")
        names = ("residual_channels", "dilation_channels", "skip_channels", "initial_filter_width")
        sizes = (self.residual_channels, self.dilation_channels, self.skip_channels)
        for name, size in zip(names, (*sizes, self.initial_filter_width), strict=True):
            if size < 1:
                raise ModelError(f"{name}: {size}; must be at least 1")

    @property
    def causal_width(self) -> int:
        """Taps of the causal layer."""
        return self.initial_filter_width if self.scalar_input else self.filter_width

    def tensors(self) -> dict[str, tuple[int, ...]]:
        """The name and shape of every tensor."""
        layers, taps, inner = len(self.dilations), self.filter_width, self.dilation_channels
        residual, skip, classes = (
            self.residual_channels,
            self.skip_channels,
            self.quantization_channels,
        )
        inputs = 1 if self.scalar_input else classes
        tensors: dict[str, tuple[int, ...]] = {
            "causal.weight": (self.causal_width, inputs, residual),
            "layers.filter.weight": (layers, taps, residual, inner),
            "layers.gate.weight": (layers, taps, residual, inner),
            "layers.dense.weight": (layers, inner, residual),
            "layers.skip.weight": (layers, inner, skip),
            "post1.weight": (skip, skip),
            "post2.weight": (skip, classes),
        }
        biases: dict[str, tuple[int, ...]] = {
            "layers.filter.bias": (layers, inner),
            "layers.gate.bias": (layers, inner),
            "layers.dense.bias": (layers, residual),
            "layers.skip.bias": (layers, skip),
            "post1.bias": (skip,),
            "post2.bias": (classes,),
        }
        return {**tensors, **biases} if self.use_biases else tensors


def checked(weights: Weights, shape: Shape) -> dict[str, Floats]:
    """`fitting` tensors of finite numbers; ModelError names the first that is not as it should."""
    return checked_tensors(weights, shape.tensors())


def fitting(weights: Weights, shape: Shape) -> dict[str, Floats]:
    """The tensors as contiguous float32; ModelError names the first that is amiss."""
    return fitting_tensors(weights, shape.tensors())


def class_values(shape: Shape) -> Floats:
    """The sample each class stands for, mu-law decoded [classes], full scale 1."""
    return amplitudes(shape.quantization_channels)
