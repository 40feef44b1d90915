"""RAVE's stacks of convolutions as programs of the kernels."""

from __future__ import annotations

from collections.abc import Mapping

from approx_build.families.rave.layers import SLOPE, Convolution, Residual, Stack, convolutions
from approx_build.kernels.program import NOTHING, Array, Program, Taps, leaky_relu
from approx_build.kernels.program_builder import ProgramBuilder
from approx_build.kernels.tensors import Floats
from approx_build.kernels.transposed import Transposed

_LEAKY = leaky_relu(SLOPE)


def stack_program(stack: Stack, rows: int) -> Program:
    """The program of a stack for `rows` input rows."""
    builder = ProgramBuilder()
    x = builder.enter(rows, next(convolutions(stack)).inputs)
    for one in stack:
        if isinstance(one, Residual):
            made = _chain(builder, one.layers, x)
            builder.add(made, [x])
        else:
            made = _convolve(builder, one, x)
        builder.give_back(x)
        x = made
    builder.leave(x)
    return builder.finished()


def map_tensors(stack: Stack, folded: Mapping[str, tuple[Floats, Floats]]) -> dict[str, Floats]:
    """The tensors of the maps in a stack's programs, by name."""
    found: dict[str, Floats] = {}
    for layer in convolutions(stack):
        weight, bias = folded[layer.name]
        if layer.is_transposed:
            found |= transposed_of(layer).phase_tensors(layer.name, weight, bias)
        else:
            found |= {f"{layer.name}.weight": weight, f"{layer.name}.bias": bias}
    return found


def _chain(builder: ProgramBuilder, layers: tuple[Convolution, ...], x: Array) -> Array:
    """Convolutions in sequence; `x` is not given back."""
    given = x
    for layer in layers:
        made = _convolve(builder, layer, given)
        if given is not x:
            builder.give_back(given)
        given = made
    return given


def _convolve(builder: ProgramBuilder, layer: Convolution, x: Array) -> Array:
    activation = _LEAKY if layer.is_activated else NOTHING
    if layer.is_transposed:
        return builder.transposed(layer.name, x, transposed_of(layer), activation)
    taps = Taps(layer.taps, layer.stride, layer.dilation, layer.before)
    return builder.convolve(layer.name, [x], layer.outputs, taps, activation=activation)


def transposed_of(layer: Convolution) -> Transposed:
    """A transposed convolution as groups of phases."""
    return Transposed(layer.outputs, layer.taps, layer.stride, layer.before)
