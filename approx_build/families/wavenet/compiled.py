"""WaveNet's compiled sampler behind ctypes; the structures mirror csrc/wavenet.h."""

from __future__ import annotations

from collections.abc import Mapping
from ctypes import POINTER, Structure, byref, c_float, c_int32, c_void_p
from functools import partial

import numpy as np
from numpy.typing import NDArray

from approx_build.audio.mulaw import amplitudes
from approx_build.engines.autoregressive import compiled
from approx_build.engines.autoregressive.compiled import PackedNetwork, floats, typed
from approx_build.families.wavenet.parameters import WaveNetParameters
from approx_build.kernels.compiled import Kernel
from approx_build.kernels.tensors import Floats

TENSORS = {
    "causal": "causal.weight",
    "filter": "layers.filter.weight",
    "gate": "layers.gate.weight",
    "filter_bias": "layers.filter.bias",
    "gate_bias": "layers.gate.bias",
    "dense": "layers.dense.weight",
    "dense_bias": "layers.dense.bias",
    "skip": "layers.skip.weight",
    "skip_bias": "layers.skip.bias",
    "post1": "post1.weight",
    "post1_bias": "post1.bias",
    "post2": "post2.weight",
    "post2_bias": "post2.bias",
}
"""Fields of `wavenet_weights` in order, and the tensors that they point at."""


class ShapeStructure(Structure):
    """`wavenet_shape`."""

    _fields_ = (
        ("layers", c_int32),
        ("filter_width", c_int32),
        ("residual", c_int32),
        ("dilated", c_int32),
        ("skip", c_int32),
        ("classes", c_int32),
        ("scalar_input", c_int32),
        ("causal_width", c_int32),
        ("dilations", POINTER(c_int32)),
    )
    kept: NDArray[np.int32]
    """The array that `dilations` points at."""

    @classmethod
    def of(cls, network: WaveNetParameters) -> ShapeStructure:
        """The sizes of a network."""
        dilations = np.array(network.dilations, np.int32)
        structure = cls(
            len(dilations),
            network.filter_width,
            network.residual_channels,
            network.dilation_channels,
            network.skip_channels,
            network.quantization_channels,
            network.scalar_input,
            network.causal_width,
            dilations.ctypes.data_as(POINTER(c_int32)),
        )
        structure.kept = dilations
        return structure


class WeightsStructure(Structure):
    """`wavenet_weights`; the tensors must exist longer than it."""

    _fields_ = (*((field, POINTER(c_float)) for field in TENSORS), ("values", POINTER(c_float)))
    kept: Floats | None
    """The array that `values` points at."""

    @classmethod
    def of(cls, tensors: Mapping[str, Floats], network: WaveNetParameters) -> WeightsStructure:
        """Pointers to the tensors of a network."""
        values = amplitudes(network.quantization_channels) if network.scalar_input else None
        pointers = (floats(tensors.get(name)) for name in TENSORS.values())
        structure = cls(*pointers, floats(values))
        structure.kept = values
        return structure


class GradientsStructure(Structure):
    """`wavenet_gradients`; the tensors must exist longer than it."""

    _fields_ = tuple((field, POINTER(c_float)) for field in TENSORS)

    @classmethod
    def of(cls, tensors: Mapping[str, Floats]) -> GradientsStructure:
        """Pointers to the tensors that receive gradients."""
        return cls(*(floats(tensors.get(name)) for name in TENSORS.values()))


def packed(
    tensors: Mapping[str, Floats], network: WaveNetParameters, kernel: Kernel
) -> PackedNetwork:
    """The network packed for `kernel`."""

    def pack() -> int:
        pointers = POINTER(ShapeStructure), POINTER(WeightsStructure)
        new = typed("wavenet_network_new", kernel, c_void_p, *pointers)
        shape, weights = ShapeStructure.of(network), WeightsStructure.of(tensors, network)
        return int(new(byref(shape), byref(weights)) or 0)

    classes = network.quantization_channels
    make = partial(PackedNetwork, "wavenet", kernel, classes, pack)
    return compiled.packed(tensors, network, kernel, make)
