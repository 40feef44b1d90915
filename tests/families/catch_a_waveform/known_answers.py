"""Known answers of generators: dilated convolutions without padding, and gates."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from approx_build.families.catch_a_waveform.program import generator_program
from approx_build.families.catch_a_waveform.reference import forward
from approx_build.kernels.tensors import Floats
from tests.families.catch_a_waveform.networks import SIZES, network
from tests.kernels.known_answers.case import Case
from tests.kernels.known_answers.programs import program_case

MADE = 301


def _case(name: str) -> Case:
    net = network(name)
    layers = net.generator(1)
    rows = MADE + 2 * net.right
    half = -(-layers[-2].outputs // 16) * 16
    shapes: dict[str, tuple[int, ...]] = {}
    for layer in (*layers[:-3], layers[-1]):
        shapes[f"{layer.name}.weight"] = (layer.outputs, layer.inputs, layer.taps)
        shapes[f"{layer.name}.bias"] = (layer.outputs,)
    shapes["gates.weight"] = (2 * half, layers[-2].inputs, layers[-2].taps)
    shapes["gates.bias"] = (2 * half,)

    def forward_by(tensors: Mapping[str, Floats], sound: Floats, _time: Floats) -> Floats:
        folded = {
            layer.name: (tensors[f"{layer.name}.weight"], tensors[f"{layer.name}.bias"])
            for layer in (*layers[:-3], layers[-1])
        }
        for first, gate in ((0, "filter"), (half, "gate")):
            outputs = slice(first, first + layers[-2].outputs)
            folded[gate] = tensors["gates.weight"][outputs], tensors["gates.bias"][outputs]
        return forward(folded, layers, sound[0])[np.newaxis]

    return program_case(
        *(f"catch-a-waveform:{name.replace(' ', '-')}", generator_program(layers, rows)),
        *(shapes, (1, rows), 0, forward_by),
        result=(1, MADE),
    )


CASES = [_case(name) for name in SIZES]
