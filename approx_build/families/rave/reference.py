"""RAVE's convolutions in NumPy: the oracle of the compiled programs, and their substitute.

Arrays are [rows, channels], as in docs/numerics-of-kernels.md.
"""

from __future__ import annotations

from collections.abc import Mapping

from approx_build.families.rave.layers import SLOPE, Convolution, Residual, Stack
from approx_build.kernels import program_reference
from approx_build.kernels.program import Taps
from approx_build.kernels.reference import leaky_relu
from approx_build.kernels.tensors import Floats

Folded = Mapping[str, tuple[Floats, Floats]]
"""Name of a convolution -> its weight and bias, from `folding`."""


def run_stack(folded: Folded, stack: Stack, x: Floats) -> Floats:
    """A stack of convolutions [rows, C] -> [rows, C]."""
    for one in stack:
        if isinstance(one, Residual):
            x = run_stack(folded, one.layers, x) + x
        else:
            x = convolve(*folded[one.name], one, x)
    return x


def convolve(weight: Floats, bias: Floats, layer: Convolution, x: Floats) -> Floats:
    """One convolution."""
    if layer.is_activated:
        x = leaky_relu(x, SLOPE)
    if layer.is_transposed:
        return program_reference.transposed(x, weight, bias, layer.stride, layer.before)
    taps = Taps(layer.taps, layer.stride, layer.dilation, layer.before)
    return program_reference.convolve(x, weight, bias, taps)
