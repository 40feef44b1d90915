"""Known answers of generators of spectrograms: programs of planes, of every kind of size."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from approx_build.families.specgan.program import generator_program, layers, zero_maps
from approx_build.kernels import planes
from approx_build.kernels.program import Taps
from approx_build.kernels.program_reference import convolve
from approx_build.kernels.reference import relu, tanh
from approx_build.kernels.tensors import Floats
from tests.families.specgan.networks import SIZES, network
from tests.kernels.known_answers.case import Case
from tests.kernels.known_answers.programs import program_case

Tensors = Mapping[str, Floats]


def _plane(lines: Floats, gap: int) -> Floats:
    """Cells [(R + 1) pitch, C] of lines [R, T, C]: a gap before each, and another line of zeros."""
    around = np.pad(lines, ((0, 1), (gap, 0), (0, 0)))
    return around.reshape(-1, lines.shape[2])


def _part(
    tensors: Tensors, name: str, x: Floats, count: int, gap: int, beside: Taps, taps: Taps
) -> Floats:
    """A map over the cells of a plane, each beside its neighbours; those in gaps, too."""
    weight, bias = tensors[f"{name}.weight"], tensors[f"{name}.bias"]
    first = gap - beside.offset
    inputs = np.concatenate([x[first + n :][:count] for n in range(beside.count)], axis=1)
    return convolve(relu(inputs), weight, bias, taps)


def _case(name: str) -> Case:
    net = network(name)
    rows, columns = net.first_cells
    first = rows * columns * planes.whole(net.widths[0])
    shapes: dict[str, tuple[int, ...]] = {
        "dense.weight": (first, net.latent, 1),
        "dense.bias": (first,),
        **{each: tensor.shape for each, tensor in zero_maps(net).items()},
    }
    for number, (layer, given) in enumerate(zip(layers(net), net.widths, strict=False)):
        shapes |= layer.phase_shapes(f"up.{number}", given)

    def forward(tensors: Tensors, latent: Floats, _time: Floats) -> Floats:
        dense = convolve(latent.T, tensors["dense.weight"], tensors["dense.bias"])
        lines = dense.reshape(rows, columns, -1)
        for number, layer in enumerate(layers(net)):
            high, wide = lines.shape[:2]
            count, pitch = high * (wide + layer.gap), wide + layer.gap
            plane = _plane(lines, layer.gap)
            made = np.zeros((count, 2, 2, layer.floats), np.float32)
            for above, beside in layer.parts():
                taps = Taps(above.taps.count, 1, pitch, above.taps.offset * pitch)
                name = layer.name(f"up.{number}", (above, beside))
                found = _part(tensors, name, plane, count, layer.gap, beside.taps, taps)
                phases = found.reshape(count, above.phases, beside.phases, -1)
                into = made[:, above.first :, beside.first :]
                into[:, : above.phases, : beside.phases] = phases
            cells = made.reshape(high, pitch, 2, 2, -1)[:, :wide]
            lines = cells.transpose(0, 2, 1, 3, 4).reshape(2 * high, 2 * wide, -1)
        # Cells in gaps leave, too.
        return np.ascontiguousarray(tanh(made).reshape(count, -1).T)

    program = generator_program(net)
    cells = program.steps[-1].given
    return program_case(
        *(f"specgan:{name.replace(' ', '-')}", program, shapes, (net.latent, 1), 0, forward),
        result=(cells.channels, cells.rows),
    )


CASES = [_case(name) for name in SIZES]
