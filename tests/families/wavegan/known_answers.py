"""Known answers of generators: programs of phases, of every kind of layer."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from approx_build.families.wavegan.parameters import FIRST_ROWS
from approx_build.families.wavegan.program import generator_program, layers
from approx_build.kernels.program_reference import convolve
from approx_build.kernels.reference import relu, tanh
from approx_build.kernels.tensors import Floats
from tests.families.wavegan.networks import SIZES, network
from tests.kernels.known_answers.case import Case
from tests.kernels.known_answers.programs import program_case


def _case(name: str) -> Case:
    net = network(name)
    first = FIRST_ROWS * net.widths[0]
    shapes: dict[str, tuple[int, ...]] = {
        "dense.weight": (first, net.latent, 1),
        "dense.bias": (first,),
    }
    for number, (layer, given) in enumerate(zip(layers(net), net.widths, strict=False)):
        shapes |= layer.phase_shapes(f"up.{number}", given)

    def forward(tensors: Mapping[str, Floats], latent: Floats, _time: Floats) -> Floats:
        def plain(name: str, rows: Floats, taps: object = None) -> Floats:
            return convolve(rows, tensors[f"{name}.weight"], tensors[f"{name}.bias"], taps)

        rows = plain("dense", latent.T).reshape(FIRST_ROWS, -1)
        for number, layer in enumerate(layers(net)):
            parts = [
                plain(group.name(f"up.{number}"), relu(rows), group.taps)
                for group in layer.groups()
            ]
            rows = np.concatenate(parts, axis=1).reshape(-1, layer.phase_floats)
            rows = rows[:, : layer.outputs]
        return np.ascontiguousarray(tanh(rows).T)

    return program_case(
        *(f"wavegan:{name.replace(', ', '-').replace(' ', '-')}", generator_program(net)),
        *(shapes, (net.latent, 1), 0, forward),
        result=(net.channels, net.length),
    )


CASES = [_case(name) for name in SIZES]
