"""The program of a scale's generator, and the maps that it uses."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from approx_build.families.catch_a_waveform.layers import SLOPE, Convolution
from approx_build.kernels.program import NOTHING, ROW_STEP, Program, Taps, leaky_relu
from approx_build.kernels.program_builder import ProgramBuilder
from approx_build.kernels.tensors import Floats

_LEAKY = leaky_relu(SLOPE)


def generator_program(layers: tuple[Convolution, ...], rows: int) -> Program:
    """The program of a generator that is given so many samples."""
    builder = ProgramBuilder()
    x = builder.enter(rows, 1)
    for number, layer in enumerate(layers[:-3]):
        taps = Taps(layer.taps, dilation=layer.dilation, before=0)
        activation = _LEAKY if number else NOTHING
        made = builder.convolve(
            layer.name,
            [x],
            layer.outputs,
            taps,
            activation=activation,
            rows=x.rows - layer.lost,
        )
        builder.give_back(x)
        x = made
    gate = layers[-2]
    taps = Taps(gate.taps, before=0)
    both = builder.convolve("gates", [x], 2 * _half(gate), taps, rows=x.rows - gate.lost)
    builder.give_back(x)
    x = builder.gate(both, gate.outputs)
    builder.give_back(both)
    builder.leave(builder.convolve("out", [x], 1, 1))
    return builder.finished()


def map_tensors(
    layers: tuple[Convolution, ...], weights: Mapping[str, tuple[Floats, Floats]]
) -> dict[str, Floats]:
    """The tensors that the maps of a generator's programs name."""
    found: dict[str, Floats] = {}
    for layer in (*layers[:-3], layers[-1]):
        weight, bias = weights[layer.name]
        found |= {f"{layer.name}.weight": weight, f"{layer.name}.bias": bias}
    half, gate = _half(layers[-2]), layers[-2]
    weight = np.zeros((2 * half, gate.inputs, gate.taps), np.float32)
    bias = np.zeros(2 * half, np.float32)
    for first, name in ((0, "filter"), (half, "gate")):
        weight[first : first + gate.outputs], bias[first : first + gate.outputs] = weights[name]
    return found | {"gates.weight": weight, "gates.bias": bias}


def _half(gate: Convolution) -> int:
    """Channels of each half of the map of both gates: whole vectors."""
    return -(-gate.outputs // ROW_STEP) * ROW_STEP
