"""Known answers of networks that are programs over a window of sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from approx_build.kernels.compiled import Kernel
from approx_build.kernels.program import Array, Program, Step
from approx_build.kernels.program_library import OpenProgram, PackedNetwork
from approx_build.kernels.tensors import Floats
from tests.kernels.known_answers.case import Case
from tests.kernels.known_answers.numbers import Words, bits_of_floats

Reference = Callable[[Mapping[str, Floats], Floats, Floats], Floats]
"""What a network makes of a sound [C, T] and the features of its time, by the reference."""


def program_case(
    name: str,
    program: Program,
    shapes: Mapping[str, tuple[int, ...]],
    sound: tuple[int, int],
    features: int,
    reference: Reference,
    windows: int = 2,
    result: tuple[int, int] | None = None,
) -> Case:
    """A network that is a program, on windows of sound [C, T]; `result`: its shape if another."""
    result = result or sound
    words, tensors = Words(name), dict[str, Floats]()
    words.add(len(program.maps))
    for each in program.maps:
        outputs, channels, taps = shapes[f"{each}.weight"]
        words.add(taps, channels, outputs)
        small = (taps * channels).bit_length() // 2
        tensors[f"{each}.weight"] = words.draw(outputs, channels, taps, shift=small)
        biases = words.draw(*shapes.get(f"{each}.bias", ()))
        if biases.size:
            tensors[f"{each}.bias"] = biases
    words.add(len(program.norm_names))
    for each in program.norm_names:
        channels = shapes[f"{each}.weight"][0]
        words.add(channels)
        tensors[f"{each}.weight"], tensors[f"{each}.bias"] = (
            words.draw(channels),
            words.draw(channels),
        )
    words.add(len(program.steps), *(n for step in program.steps for n in _step(step)))
    words.add(len(program.norms))
    for index, norm in enumerate(program.norms):
        words.add(norm.at, index, norm.rows, norm.channels, norm.stride)
    words.add(
        program.memory_floats, program.scratch_floats, sound[0], result[0] * result[1], windows
    )
    given = [(words.draw(*sound), words.draw(features)) for _ in range(windows)]

    def answer(kernel: Kernel, threads: int, _batch: int) -> list[Floats]:
        if kernel is Kernel.REFERENCE:
            return [reference(tensors, x, time) for x, time in given]
        opened = OpenProgram(PackedNetwork(program, tensors, kernel), program, threads)
        results = [np.empty(result, np.float32) for _ in given]
        for (x, time), made in zip(given, results, strict=True):
            opened.run(x, time, made)
        return results

    return Case("program", words, answer)


def _step(step: Step) -> Iterator[int]:
    taps, activation = step.taps, step.activation
    yield from (step.kind, step.rows, step.map, taps.count, step.norm, activation.function)
    yield from (step.measured, step.strip, step.heads)
    yield from (step.given.rows, taps.stride, taps.dilation, taps.offset)
    yield from bits_of_floats([activation.slope])
    for array in (step.given, step.joined, step.made):
        yield from _array(array)


def _array(array: Array) -> tuple[int, int, int]:
    return array.at, array.channels, array.stride
