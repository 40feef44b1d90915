"""The program of a SpecGAN's generator: a latent becomes a few cells, which each layer doubles."""

from __future__ import annotations

import numpy as np

from approx_build.families.specgan.parameters import SpecGANParameters
from approx_build.kernels import planes
from approx_build.kernels.planes import PlaneTransposed
from approx_build.kernels.program import RELU, TANH, Array, Program
from approx_build.kernels.program_builder import ProgramBuilder
from approx_build.kernels.tensors import Floats


def layers(network: SpecGANParameters) -> list[PlaneTransposed]:
    """The layers of the generator, from the first."""
    taps, before = network.taps, network.before
    return [
        PlaneTransposed(made, taps, before, is_one_map=number == network.layers)
        for number, made in enumerate(network.widths[1:], 1)
    ]


def generator_program(network: SpecGANParameters) -> Program:
    """The steps from a latent, as the channels of one row, to four cells for each of half as many.

    `planes.unfolded` makes the spectrogram of them.
    """
    builder, shapes = ProgramBuilder(), layers(network)
    entered = builder.enter(1, network.latent)
    rows, columns = network.first_cells
    across = columns * planes.whole(network.widths[0])
    first = builder.convolve("dense", [entered], rows * across, 1)
    builder.give_back(entered)
    plane = planes.zeros(builder, "first", rows, columns, network.widths[0], shapes[0].gap)
    builder.add(plane.lines(), [Array(first.at, rows, across, across)])
    builder.give_back(first)
    for number, shape in enumerate(shapes[:-1]):
        gap = shapes[number + 1].gap
        made = planes.transposed(builder, f"up.{number}", plane, shape, gap, RELU)
        builder.give_back(plane.held)
        plane = made
    cells = planes.transposed_cells(builder, f"up.{len(shapes) - 1}", plane, shapes[-1], RELU)
    builder.activate(cells, TANH)
    builder.leave(cells)
    return builder.finished()


def program_tensors(network: SpecGANParameters, tensors: dict[str, Floats]) -> dict[str, Floats]:
    """The maps of the program, made from a checkpoint's tensors."""
    found = zero_maps(network)
    for kind in ("weight", "bias"):
        found[f"dense.{kind}"] = _first_cells(network, tensors[f"generator.dense.{kind}"])
    found["dense.weight"] = found["dense.weight"][:, :, None]
    for number, shape in enumerate(layers(network)):
        name = f"generator.up.{number}"
        weight, bias = tensors[f"{name}.weight"], tensors[f"{name}.bias"]
        found |= shape.phase_tensors(f"up.{number}", weight, bias)
    return found


def zero_maps(network: SpecGANParameters) -> dict[str, Floats]:
    """The maps that make planes of zeros, one before each layer."""
    shapes, found = layers(network), dict[str, Floats]()
    names = ["first", *(f"up.{number}" for number in range(len(shapes) - 1))]
    for number, (name, channels) in enumerate(zip(names, network.widths, strict=False)):
        columns = network.first_cells[1] << number
        found |= planes.zero_map(name, columns, channels, shapes[number].gap)
    return found


def _first_cells(network: SpecGANParameters, tensor: Floats) -> Floats:
    """A tensor of the dense map, with zeros after the channels of each cell."""
    channels = network.widths[0]
    if channels == planes.whole(channels):
        return tensor
    cells = tensor.reshape(-1, channels, *tensor.shape[1:])
    more = [(0, 0)] * cells.ndim
    more[1] = (0, planes.whole(channels) - channels)
    return np.pad(cells, more).reshape(-1, *tensor.shape[1:])
