"""The cases of known answers: those of the kernels, and those of every family."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from approx_build.kernels.library import Kernel
from approx_build.kernels.program import Array, Program, Step
from approx_build.kernels.program_library import OpenProgram, PackedNetwork
from approx_build.kernels.tensors import Floats
from tests.kernels.known_answers.numbers import Words, hashed

TESTS = Path(__file__).parents[2]
KNOWN_ANSWERS = "known_answers"

Answer = Callable[[Kernel, int, int], Sequence[NDArray[Any]]]
"""The results by a kernel, with so many threads, and so much of the case at once (0: all)."""


@dataclass(frozen=True)
class Case:
    """Something that a kernel works out: what the harness reads of it, and the same in Python."""

    runner: str
    words: Words
    answer: Answer

    @property
    def name(self) -> str:
        """Its name among all cases."""
        return self.words.name

    @property
    def line(self) -> str:
        """What the harness reads."""
        return " ".join([self.runner, self.name, *map(str, self.words.numbers)])

    def hash(self, kernel: Kernel, threads: int = 1, batch: int = 0) -> str:
        """The hash of the results, worked out by the package itself."""
        results = self.answer(kernel, threads, batch)
        return f"{hashed(b''.join(np.ascontiguousarray(one).tobytes() for one in results)):016x}"


def cases() -> list[Case]:
    """All cases: of the kernels' and the families' modules `known_answers`."""
    return [case for module in _modules() for case in importlib.import_module(module).CASES]


def harness_sources() -> list[Path]:
    """The C files of the harness, those of families included."""
    return sorted(
        [*Path(__file__).parent.glob("harness/*.c"), *TESTS.glob(f"families/*/{KNOWN_ANSWERS}.c")]
    )


def _modules() -> Iterator[str]:
    for path in sorted(TESTS.glob(f"families/*/{KNOWN_ANSWERS}.py")):
        yield f"tests.families.{path.parent.name}.{KNOWN_ANSWERS}"


# ---- programs over a window ----

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
) -> Case:
    """A network that is a program, on windows of sound [C, T]; its results have their shape."""
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
    words.add(program.memory_floats, program.scratch_floats, sound[0], sound[0] * sound[1], windows)
    given = [(words.draw(*sound), words.draw(features)) for _ in range(windows)]

    def answer(kernel: Kernel, threads: int, _batch: int) -> list[Floats]:
        if kernel is Kernel.REFERENCE:
            return [reference(tensors, x, time) for x, time in given]
        opened = OpenProgram(PackedNetwork(program, tensors, kernel), program, threads)
        results = [np.empty_like(x) for x, _ in given]
        for (x, time), result in zip(given, results, strict=True):
            opened.run(x, time, result)
        return results

    return Case("program", words, answer)


def _step(step: Step) -> Iterator[int]:
    yield from (step.kind, step.rows, step.map, step.taps, step.norm, int(step.gelu))
    yield from (step.measured, step.strip, step.heads)
    for array in (step.given, step.joined, step.made):
        yield from _array(array)


def _array(array: Array) -> tuple[int, int, int]:
    return array.at, array.channels, array.stride
