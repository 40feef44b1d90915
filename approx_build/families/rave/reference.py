"""RAVE's convolutions stated in NumPy: the oracle of the compiled programs, and their stand-in.

Arrays are [rows, channels]. Products are those of `kernels.reference`: terms by tap, then channel.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from approx_build.families.rave.layers import SLOPE, Convolution, Residual, Stack
from approx_build.kernels.reference import f32, product
from approx_build.kernels.tensors import Floats

Folded = Mapping[str, tuple[Floats, Floats]]
"""Weight [outputs, inputs, taps] and bias of each convolution by its name."""


def through(folded: Folded, stack: Stack, x: Floats) -> Floats:
    """A stack of convolutions [rows, C] -> [rows, C]."""
    for one in stack:
        if isinstance(one, Residual):
            x = through(folded, one.layers, x) + x
        else:
            x = convolved(*folded[one.name], one, x)
    return x


def convolved(weight: Floats, bias: Floats, layer: Convolution, x: Floats) -> Floats:
    """One convolution."""
    if layer.is_activated:
        x = np.where(x < f32(0), x * f32(SLOPE), x)
    return (_raised if layer.is_transposed else _lowered)(weight, bias, layer, x)


def _lowered(weight: Floats, bias: Floats, layer: Convolution, x: Floats) -> Floats:
    padded = np.pad(x, ((layer.before, layer.after), (0, 0)))
    rows = len(x) // layer.stride
    parts = [
        padded[tap * layer.dilation :][: (rows - 1) * layer.stride + 1 : layer.stride]
        for tap in range(layer.taps)
    ]
    matrix = weight.transpose(2, 1, 0).reshape(-1, len(weight))
    return product(np.concatenate(parts, axis=1), matrix, bias)


def _raised(weight: Floats, bias: Floats, layer: Convolution, x: Floats) -> Floats:
    """Each phase of the rows made sees the inputs that reach it, the oldest first."""
    stride, made = layer.stride, np.empty((len(x) * layer.stride, len(weight)), np.float32)
    for phase in range(stride):
        # Row i stride + phase is met by tap phase + before - (row - i) stride of each row.
        first = (phase + layer.before) % stride
        newest = (phase + layer.before) // stride
        taps = range(first, layer.taps, stride)
        parts = [_shifted(x, newest - number) for number in range(len(taps))]
        matrix = np.concatenate([weight[:, :, tap].T for tap in taps][::-1])
        made[phase::stride] = product(np.concatenate(parts[::-1], axis=1), matrix, bias)
    return made


def _shifted(x: Floats, rows: int) -> Floats:
    """Row i + rows in row i; zeros beyond the ends."""
    made = np.zeros_like(x)
    if rows >= 0:
        made[: len(x) - rows] = x[rows:]
    else:
        made[-rows:] = x[:rows]
    return made
