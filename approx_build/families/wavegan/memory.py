"""The memory of generating with a WaveGAN and of training it, and the work of a clip.

Off the path of a sample: it counts memory and work.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from approx_build.families.take_request import TakeRequest
from approx_build.families.wavegan.parameters import FIRST_ROWS, WaveGANParameters
from approx_build.families.wavegan.program import generator_program, layers
from approx_build.kernels.program import Kind

_FLOAT = 4
_LANES = 16
"""Floats of the widest vector: packed weights are padded to whole ones."""
_PASSES = 9
"""Copies of the critic's activations that the penalty keeps: three passes, and gradients."""


def drawing_bytes(network: WaveGANParameters, takes: Sequence[TakeRequest[Any]]) -> dict[str, int]:
    """Bytes by item of generating `takes` one after another."""
    program = generator_program(network)
    phases = _phase_floats(network)
    return {
        "weights": _FLOAT * network.parameter_count,
        "phases": _FLOAT * phases,
        "packed weights": _FLOAT * (phases + _LANES * network.widths[0]),
        "rows": _FLOAT * (program.memory_floats + program.scratch_floats),
        "clips": _FLOAT * (sum(take.length for take in takes) + network.length),
    }


def _phase_floats(network: WaveGANParameters) -> int:
    """Number of weights in the maps of all layers."""
    total = 0
    for layer, given in zip(layers(network), network.widths, strict=False):
        total += sum(math.prod(shape) for shape in layer.phase_shapes("", given).values())
    return total


def products(network: WaveGANParameters) -> int:
    """Multiply-adds of a clip."""
    program = generator_program(network)
    steps = [step for step in program.steps if step.kind is Kind.CONVOLVE]
    return sum(
        step.rows * step.taps.count * step.given.channels * step.made.channels for step in steps
    )


def activation_bytes(network: WaveGANParameters, size: int) -> int:
    """Memory of autograd for a window of `size` samples in the critic's turn."""
    rows, floats = FIRST_ROWS, FIRST_ROWS * network.widths[0]
    for stride, width in zip(network.strides, network.widths[1:], strict=True):
        rows *= stride
        floats += rows * width
    # Windows of other sizes are refused, so any estimate that grows with the size is enough.
    share = max(1.0, size / network.length)
    of_weights = 2 * (network.parameter_count + floats)
    return int(_FLOAT * share * (of_weights + 2 * _PASSES * floats))
