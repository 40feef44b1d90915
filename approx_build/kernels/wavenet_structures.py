"""A WaveNet's sizes and weights as the C code takes them; mirrors src/wavenet.h."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from ctypes import POINTER, Structure, c_float, c_int32

import numpy as np
from numpy.typing import NDArray

from approx_build.kernels.wavenet_weights import Floats, Shape, class_values

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
"""Fields of `wavenet_weights` in order, and the tensors they point at."""


def floats(array: Floats | None) -> ctypes._Pointer[c_float] | None:
    """A pointer to the first number, which does not keep the array alive."""
    return None if array is None else array.ctypes.data_as(POINTER(c_float))


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
    """What `dilations` points at."""

    @classmethod
    def of(cls, shape: Shape) -> ShapeStructure:
        """The sizes of a network."""
        dilations = np.array(shape.dilations, np.int32)
        structure = cls(
            len(dilations),
            shape.filter_width,
            shape.residual_channels,
            shape.dilation_channels,
            shape.skip_channels,
            shape.quantization_channels,
            shape.scalar_input,
            shape.causal_width,
            dilations.ctypes.data_as(POINTER(c_int32)),
        )
        structure.kept = dilations
        return structure


class WeightsStructure(Structure):
    """`wavenet_weights`; the tensors must outlive it."""

    _fields_ = (*((field, POINTER(c_float)) for field in TENSORS), ("values", POINTER(c_float)))
    kept: Floats | None
    """What `values` points at."""

    @classmethod
    def of(cls, tensors: Mapping[str, Floats], shape: Shape) -> WeightsStructure:
        """Pointers to the tensors of a network."""
        values = class_values(shape) if shape.scalar_input else None
        pointers = (floats(tensors.get(name)) for name in TENSORS.values())
        structure = cls(*pointers, floats(values))
        structure.kept = values
        return structure


class GradientsStructure(Structure):
    """`wavenet_gradients`; the tensors must outlive it."""

    _fields_ = tuple((field, POINTER(c_float)) for field in TENSORS)

    @classmethod
    def of(cls, tensors: Mapping[str, Floats]) -> GradientsStructure:
        """Pointers to the tensors that take gradients."""
        return cls(*(floats(tensors.get(name)) for name in TENSORS.values()))
