"""The memory that drawing from a SpecGAN and training it takes, and the work of drawing.

Off the path of a sample: it counts memory and work.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from approx_build.families.specgan.parameters import SpecGANParameters
from approx_build.families.specgan.program import generator_program, layers
from approx_build.families.take_request import TakeRequest
from approx_build.kernels.program import Kind

_FLOAT = 4
_DOUBLE = 8
_PASSES = 9
"""Copies of the critic's cells that its penalty keeps: three of its passes, and their gradients."""
_SPECTRA = 9
"""Arrays of float64 as large as a spectrogram that an iteration uses at once."""
_ITERATION = 400.0
"""Multiply-adds that take as long as what an iteration does with one sample of its frames."""
_FIRST_PHASES = 6
"""Iterations that take as long as the first phases."""


def drawing_bytes(network: SpecGANParameters, takes: Sequence[TakeRequest[Any]]) -> dict[str, int]:
    """Bytes by item when `takes` are drawn one after another."""
    program = generator_program(network)
    phases = _phase_floats(network)
    return {
        "weights": _FLOAT * network.parameter_count,
        "phases": _FLOAT * phases,
        "packed weights": _FLOAT * (phases + network.first_numbers * (network.latent + 1)),
        "rows": _FLOAT * (program.memory_floats + program.scratch_floats),
        "spectra": _DOUBLE * _SPECTRA * network.frames * (network.bins + 1),
        "clips": _FLOAT * (sum(take.length for take in takes) + network.length),
    }


def _phase_floats(network: SpecGANParameters) -> int:
    """Numbers of the maps that the layers are made into."""
    total = 0
    for layer, given in zip(layers(network), network.widths, strict=False):
        total += sum(math.prod(shape) for shape in layer.phase_shapes("", given).values())
    return total


def products(network: SpecGANParameters) -> int:
    """Multiply-adds of a spectrogram."""
    program = generator_program(network)
    steps = [step for step in program.steps if step.kind is Kind.CONVOLVE]
    return sum(
        step.rows * step.taps.count * step.given.channels * step.made.channels for step in steps
    )


def work(network: SpecGANParameters, iterations: int) -> float:
    """Multiply-adds of a clip, however much of it is used; those of its phases by their time."""
    samples = network.frames * network.window
    return products(network) + _ITERATION * samples * (iterations + _FIRST_PHASES)


def activation_bytes(network: SpecGANParameters, size: int) -> int:
    """What autograd keeps of a window of `size` samples in the critic's turn."""
    frames, bins = network.first_cells
    floats = network.first_numbers
    for layer, width in enumerate(network.widths[1:], 1):
        floats += (frames << layer) * (bins << layer) * width
    # Windows of other sizes are refused; their estimate need only grow.
    share = max(1.0, size / network.length)
    of_weights = 2 * (network.parameter_count + floats)
    return int(_FLOAT * share * (of_weights + 2 * _PASSES * floats))
