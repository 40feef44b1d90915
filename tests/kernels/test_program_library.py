"""Steps of programs one by one, on every compiled kernel, against what the reference says."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from approx_build.kernels import compiled, reference
from approx_build.kernels import program_reference as oracle
from approx_build.kernels.compiled import Kernel
from approx_build.kernels.program import Array
from approx_build.kernels.program_builder import ProgramBuilder
from approx_build.kernels.program_library import OpenProgram, PackedNetwork

Floats = NDArray[np.float32]

COMPILED = [kernel for kernel in compiled.available() if kernel is not Kernel.REFERENCE]
ROWS, GIVEN, MADE, WIDE, TAPS = 150, 18, 33, 90, 7
NUMBERS = np.random.default_rng(0)


def numbers(*size: int) -> Floats:
    return NUMBERS.standard_normal(size).astype(np.float32)


TENSORS = {
    "a.weight": numbers(MADE, GIVEN, TAPS),
    "a.bias": numbers(MADE),
    "wide.weight": numbers(WIDE, MADE, 1),
    "b.weight": numbers(MADE, MADE, TAPS),
    "b.bias": numbers(MADE),
    "joined.weight": numbers(MADE, 2 * MADE, TAPS),
    "skip.weight": numbers(MADE, GIVEN, 1),
    "both.weight": numbers(MADE, 2 * GIVEN, 1),
    "norm.weight": numbers(MADE),
    "norm.bias": numbers(MADE),
}
FAINT = np.full((MADE, GIVEN, 1), -1e-30, np.float32)
SOUND, TIME = numbers(2, ROWS), numbers(16)
ENTERED = np.concatenate([SOUND.T, np.broadcast_to(TIME, (ROWS, 16))], axis=1)


def weight(name: str) -> tuple[Floats, Floats]:
    tensor = TENSORS[f"{name}.weight"]
    return tensor, TENSORS.get(f"{name}.bias", np.zeros(len(tensor), np.float32))


A = oracle.convolve(ENTERED, *weight("a"))
WIDENED = oracle.convolve(A, *weight("wide"))
NORMED = oracle.norm(A, *weight("norm"))
ACTIVE = reference.gelu(NORMED)

Steps = Callable[[ProgramBuilder, Array], Array]


def first(builder: ProgramBuilder, entered: Array, norm: int = -1) -> Array:
    return builder.convolve("a", [entered], MADE, TAPS, measured=norm)


def normed(builder: ProgramBuilder, entered: Array) -> tuple[Array, int]:
    norm = builder.norm("norm", ROWS, MADE)
    made = first(builder, entered, norm)
    builder.normalise(norm)
    return made, norm


def convolved(gelu: bool) -> Steps:
    def steps(builder: ProgramBuilder, entered: Array) -> Array:
        made, norm = normed(builder, entered)
        return builder.convolve("b", [made], MADE, TAPS, norm=norm, gelu=gelu)

    return steps


def added(name: str, copies: int) -> Steps:
    def steps(builder: ProgramBuilder, entered: Array) -> Array:
        made, norm = normed(builder, entered)
        builder.add(made, [entered] * copies, name, norm=norm)
        return made

    return steps


def added_itself(builder: ProgramBuilder, entered: Array) -> Array:
    made, norm = normed(builder, entered)
    builder.add(made, [first(builder, entered)], norm=norm)
    return made


def joined(builder: ProgramBuilder, entered: Array) -> Array:
    sources = [first(builder, entered), first(builder, entered)]
    return builder.convolve("joined", sources, MADE, TAPS)


def attended(heads: int) -> Steps:
    def steps(builder: ProgramBuilder, entered: Array) -> Array:
        given = builder.convolve("wide", [first(builder, entered)], WIDE, 1)
        return builder.attend(given, heads)

    return steps


def attention(heads: int) -> Floats:
    parts = WIDENED.reshape(ROWS, 3, heads, WIDE // 3 // heads)
    heard = [oracle.attention(*parts[:, :, head].swapaxes(0, 1)) for head in range(heads)]
    return np.concatenate(heard, axis=1)


def mapped(name: str, x: Floats) -> Floats:
    return reference.product_onto(ACTIVE + np.float32(0), x, TENSORS[f"{name}.weight"][:, :, 0].T)


CASES: dict[str, tuple[Steps, Floats]] = {
    "enter": (lambda _, entered: entered, ENTERED),
    "convolve": (first, A),
    "convolve what is normed": (convolved(False), oracle.convolve(NORMED, *weight("b"))),
    "convolve what is active": (convolved(True), oracle.convolve(ACTIVE, *weight("b"))),
    "convolve two sources": (joined, oracle.convolve(np.hstack([A, A]), *weight("joined"))),
    "add": (added_itself, ACTIVE + A),
    "add through a map": (added("skip", 1), mapped("skip", ENTERED)),
    "add two sources": (added("both", 2), mapped("both", np.hstack([ENTERED, ENTERED]))),
    "halve": (lambda p, entered: p.halve(first(p, entered)), oracle.halve(A)),
    "double": (lambda p, entered: p.double(first(p, entered)), oracle.double(A)),
    "attend, one head": (attended(1), attention(1)),
    "attend, five heads": (attended(5), attention(5)),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("kernel", COMPILED)
@pytest.mark.parametrize("threads", [1, 3])
def test_a_step_does_what_the_reference_does_bit_for_bit(
    name: str, kernel: Kernel, threads: int
) -> None:
    steps, expected = CASES[name]
    builder = ProgramBuilder()
    builder.leave(steps(builder, builder.enter(ROWS, GIVEN)))
    program = builder.finished()
    result = np.empty(expected.shape[::-1], np.float32)
    OpenProgram(PackedNetwork(program, TENSORS, kernel), program, threads).run(SOUND, TIME, result)
    np.testing.assert_array_equal(result.view(np.uint32).T, expected.view(np.uint32))


@pytest.mark.parametrize("kernel", COMPILED)
def test_a_sum_that_ends_as_minus_zero_is_stored_as_zero(kernel: Kernel) -> None:
    """Negative terms too small for a float make -0 of a sum of 0."""
    builder = ProgramBuilder()
    builder.leave(builder.convolve("faint", [builder.enter(ROWS, GIVEN)], MADE, 1))
    program, result = builder.finished(), np.ones((MADE, ROWS), np.float32)
    faint = PackedNetwork(program, {"faint.weight": FAINT}, kernel)
    open_program = OpenProgram(faint, program, threads=1)
    open_program.run(np.full_like(SOUND, 1e-30), np.full_like(TIME, 1e-30), result)
    np.testing.assert_array_equal(result.view(np.uint32), 0)
