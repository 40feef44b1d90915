"""SampleRNN's compiled sampler behind ctypes; the structures mirror csrc/samplernn.h."""

from __future__ import annotations

from collections.abc import Mapping
from ctypes import POINTER, Structure, byref, c_float, c_int32, c_void_p
from functools import partial
from typing import Any

import numpy as np

from approx_build.engines.autoregressive import compiled
from approx_build.engines.autoregressive.compiled import PackedNetwork, floats, typed
from approx_build.families.samplernn.codec import levels
from approx_build.families.samplernn.parameters import SampleRNNParameters
from approx_build.kernels.compiled import Kernel
from approx_build.kernels.tensors import Floats

GRU = ("input.weight", "input.bias", "state.weight", "state.bias")
"""Tensors of a GRU layer, in the order of `samplernn_gru_weights`."""
TIER = ("start", "input.weight", "input.bias", "upsample.weight", "upsample.bias")
"""Tensors of a frame tier, in the order of `samplernn_tier_weights`."""
SAMPLE = (
    *("embedding", "mlp.input.weight", "mlp.hidden.weight", "mlp.hidden.bias"),
    *("mlp.output.weight", "mlp.output.bias"),
)
"""Tensors of the sample tier, in the order of `samplernn_weights`."""


class ShapeStructure(Structure):
    """`samplernn_shape`."""

    _fields_ = (
        ("tiers", c_int32),
        ("layers", c_int32),
        ("width", c_int32),
        ("embedding", c_int32),
        ("classes", c_int32),
        ("hidden_layers", c_int32),
        ("reset_before", c_int32),
        ("first_relu", c_int32),
        ("top_input", c_int32),
        ("frame_sizes", POINTER(c_int32)),
    )
    kept: Any
    """The array that `frame_sizes` points at."""

    @classmethod
    def of(cls, network: SampleRNNParameters) -> ShapeStructure:
        """The sizes of a network."""
        sizes = np.array(network.frame_sizes, np.int32)
        structure = cls(*shape_numbers(network), sizes.ctypes.data_as(POINTER(c_int32)))
        structure.kept = sizes
        return structure


class GruStructure(Structure):
    """`samplernn_gru_weights`."""

    _fields_ = tuple((name.replace(".", "_"), POINTER(c_float)) for name in GRU)


class TierStructure(Structure):
    """`samplernn_tier_weights`."""

    _fields_ = tuple((name.replace(".", "_"), POINTER(c_float)) for name in TIER)


class WeightsStructure(Structure):
    """`samplernn_weights`; the tensors must exist longer than it."""

    _fields_ = (
        ("tiers", POINTER(TierStructure)),
        ("grus", POINTER(GruStructure)),
        *((name.replace(".", "_"), POINTER(c_float)) for name in SAMPLE),
        ("levels", POINTER(c_float)),
    )
    kept: Any
    """The other arrays that it points at."""

    @classmethod
    def of(cls, tensors: Mapping[str, Floats], network: SampleRNNParameters) -> WeightsStructure:
        """Pointers to the tensors of a network."""
        tiers, layers = range(len(network.frame_sizes)), range(network.layers)

        def pointers(prefix: str, names: tuple[str, ...]) -> list[Any]:
            return [floats(tensors.get(f"{prefix}{name}")) for name in names]

        each = [TierStructure(*pointers(f"tiers.{tier}.", TIER)) for tier in tiers]
        grus = [
            GruStructure(*pointers(f"tiers.{tier}.gru.{layer}.", GRU))
            for tier in tiers
            for layer in layers
        ]
        table = levels(network.codes)
        arrays = (TierStructure * len(each))(*each), (GruStructure * len(grus))(*grus)
        structure = cls(*arrays, *pointers("", SAMPLE), floats(table))
        structure.kept = (arrays, table)
        return structure


def shape_numbers(network: SampleRNNParameters) -> tuple[int, ...]:
    """The sizes of a network without its frames, in the order of `samplernn_shape`."""
    return (
        *(len(network.frame_sizes), network.layers, network.width, network.embedding),
        *(network.codes, network.hidden_layers, int(network.reset == "before")),
        *(int(network.mlp == "deepsound"), int(network.top_input)),
    )


def packed(
    tensors: Mapping[str, Floats], network: SampleRNNParameters, kernel: Kernel
) -> PackedNetwork:
    """The network packed for `kernel`."""

    def pack() -> int:
        pointers = POINTER(ShapeStructure), POINTER(WeightsStructure)
        new = typed("samplernn_network_new", kernel, c_void_p, *pointers)
        shape, weights = ShapeStructure.of(network), WeightsStructure.of(tensors, network)
        return int(new(byref(shape), byref(weights)) or 0)

    make = partial(PackedNetwork, "samplernn", kernel, network.codes, pack)
    return compiled.packed(tensors, network, kernel, make)
