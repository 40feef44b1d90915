"""The program of a WaveGAN's generator: a latent becomes 16 rows, then the rows of each layer."""

from __future__ import annotations

from approx_build.families.wavegan.parameters import FIRST_ROWS, WaveGANParameters
from approx_build.kernels.program import RELU, TANH, Program
from approx_build.kernels.program_builder import ProgramBuilder
from approx_build.kernels.tensors import Floats
from approx_build.kernels.transposed import Repeated, Transposed


def layers(network: WaveGANParameters) -> list[Transposed]:
    """The layers of the generator, in order."""
    if network.upsample == "zeros":
        return [
            Transposed(made, network.taps, stride, network.before(stride))
            for made, stride in zip(network.widths[1:], network.strides, strict=True)
        ]
    return [
        Repeated(made, network.taps, stride, network.taps // 2)
        for made, stride in zip(network.widths[1:], network.strides, strict=True)
    ]


def generator_program(network: WaveGANParameters) -> Program:
    """The steps from a latent, as the channels of one row, to a clip."""
    builder = ProgramBuilder()
    entered = builder.enter(1, network.latent)
    row = builder.convolve("dense", [entered], FIRST_ROWS * network.widths[0], 1)
    builder.give_back(entered)
    rows = builder.reshaped(row, FIRST_ROWS)
    for number, layer in enumerate(layers(network)):
        made = builder.transposed(f"up.{number}", rows, layer, RELU)
        builder.give_back(rows)
        rows = made
    builder.activate(rows, TANH)
    builder.leave(rows)
    return builder.finished()


def program_tensors(network: WaveGANParameters, tensors: dict[str, Floats]) -> dict[str, Floats]:
    """The tensors of the program's maps, from those of a checkpoint."""
    dense = tensors["generator.dense.weight"]
    found = {
        "dense.weight": dense[:, :, None],
        "dense.bias": tensors["generator.dense.bias"],
    }
    for number, layer in enumerate(layers(network)):
        name = f"generator.up.{number}"
        weight, bias = tensors[f"{name}.weight"], tensors[f"{name}.bias"]
        found |= layer.phase_tensors(f"up.{number}", weight, bias)
    return found
