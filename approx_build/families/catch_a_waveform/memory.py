"""The memory that drawing from a pyramid and training it takes, and the work of drawing.

Off the path of a sample: it counts memory and work.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from approx_build.families.catch_a_waveform.generator import block_of
from approx_build.families.catch_a_waveform.parameters import CatchAWaveformParameters
from approx_build.families.catch_a_waveform.program import generator_program
from approx_build.families.catch_a_waveform.spans import spans
from approx_build.families.parameters import numbers_in
from approx_build.families.take_request import TakeRequest
from approx_build.kernels.program import Kind, Program

_FLOAT = 4
_LANES = 16
"""Floats of the widest vector: packed weights are padded to whole ones."""
_SIGNALS = 10
"""Arrays of the finest scale at once, of float32: noise, its words, sums, and what they become."""
_GIVEN = 8
"""Arrays of a given sound at once: filled, at a scale's rate, continued, and joined."""
_KEPT = 3
"""Copies of the rows of a layer that autograd keeps: before its norm, after it, and activated."""


def drawing_bytes(
    network: CatchAWaveformParameters, takes: Sequence[TakeRequest[Any]]
) -> dict[str, int]:
    """Bytes by item when `takes` are drawn one after another."""
    longest = max(take.length for take in takes)
    given_longest = max((take.length for take in takes if take.conditioning), default=0)
    folded = max(numbers_in(network.learned_shapes(scale)) for scale in range(network.scales))
    return {
        "weights": _FLOAT * network.parameter_count,
        "packed weights": _FLOAT * sum(_packed(network, s) for s in range(network.scales)),
        "folded weights": _FLOAT * folded,
        "rows": _FLOAT * sum(_rows(network, longest)),
        "signals": _FLOAT * _SIGNALS * longest,
        "given sound": _FLOAT * _GIVEN * given_longest,
        "clips": _FLOAT * sum(take.length for take in takes),
    }


def _packed(network: CatchAWaveformParameters, scale: int) -> int:
    """Numbers of the maps of a scale, their outputs padded to whole vectors."""
    return sum(
        -(-layer.outputs // _LANES) * _LANES * (layer.inputs * layer.taps + 1)
        for layer in network.generator(scale)
    )


def _rows(network: CatchAWaveformParameters, length: int) -> list[int]:
    """Floats of the program that each scale keeps open."""
    programs = [program for program, _ in _programs(network, length)]
    return [program.memory_floats + program.scratch_floats for program in programs]


def _programs(network: CatchAWaveformParameters, length: int) -> Iterator[tuple[Program, int]]:
    """The program of each scale for a take of so many samples, and how often it runs."""
    for scale, span in enumerate(spans(network, length)):
        # One more, for the pre-emphasis.
        count = span.length + 1
        block = min(count, block_of(network))
        program = generator_program(network.generator(scale), block + 2 * network.right)
        yield program, -(-count // block)


def cost(network: CatchAWaveformParameters, samples: int) -> float:
    """Multiply-adds of a take of so many samples."""
    total = 0
    for program, times in _programs(network, samples):
        total += times * sum(
            step.rows * step.taps.count * step.given.channels * step.made.channels
            for step in program.steps
            if step.kind is Kind.CONVOLVE
        )
    return float(total)


def activation_bytes(network: CatchAWaveformParameters, size: int) -> int:
    """What autograd keeps of a recording of `size` samples at the finest scale."""
    width = max(network.width(scale) for scale in range(network.scales))
    rows = size + 2 * network.left
    of_network = (_KEPT * network.layers + 6) * width * rows
    weights = 2 * sum(
        math.prod(shape) for shape in network.learned_shapes(network.scales - 1).values()
    )
    # The critic is passed three times, and its penalty keeps each of its arrays twice.
    return int(_FLOAT * (4 * of_network + weights + 40 * rows))
