"""Steps of programs one by one, on every compiled kernel, against what the reference says."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from approx_build.kernels import compiled, reference
from approx_build.kernels import program_reference as oracle
from approx_build.kernels.compiled import Kernel
from approx_build.kernels.program import (
    GELU,
    NOTHING,
    RELU,
    TANH,
    Activation,
    Array,
    Taps,
    leaky_relu,
)
from approx_build.kernels.program_builder import ProgramBuilder
from approx_build.kernels.program_library import OpenProgram, PackedNetwork
from approx_build.kernels.transposed import Transposed

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
    "narrow.weight": numbers(MADE, 5, 3),
    "joined.weight": numbers(MADE, 2 * MADE, TAPS),
    "skip.weight": numbers(MADE, GIVEN, 1),
    "both.weight": numbers(MADE, 2 * GIVEN, 1),
    "norm.weight": numbers(MADE),
    "norm.bias": numbers(MADE),
}
SPREADS = {
    "dilated": Taps(TAPS, dilation=9),
    "dilated, causal": Taps(TAPS, dilation=4, before=24),
    "strided": Taps(TAPS, stride=4),
    "strided, from the first row": Taps(TAPS, stride=16, before=0),
    "strided and dilated": Taps(TAPS, stride=3, dilation=5),
}
UPWARD = {
    "25 taps by 4": Transposed(16, 25, 4, 10),
    "to one channel": Transposed(1, 25, 4, 10),
    "8 taps by 4": Transposed(MADE, 8, 4, 2),
    "6 taps by 3, narrow": Transposed(5, 6, 3, 1),
    "taps as the stride": Transposed(32, 4, 4, 2),
}
"""Transposed convolutions of what the first convolution makes."""
FOLDED: dict[str, tuple[Floats, Floats]] = {
    name: (numbers(MADE, shape.outputs, shape.taps), numbers(shape.outputs))
    for name, shape in UPWARD.items()
}
for _name, _shape in UPWARD.items():
    TENSORS |= _shape.phase_tensors(_name, *FOLDED[_name])
FUNCTIONS: dict[str, tuple[Activation, Callable[[Floats], Floats]]] = {
    "ReLU": (RELU, reference.relu),
    "leaky ReLU": (leaky_relu(0.2), lambda x: reference.leaky_relu(x, 0.2)),
    "tanh": (TANH, reference.tanh),
    "GELU": (GELU, reference.gelu),
}
TENSORS["gates.weight"] = numbers(64, MADE, 1)
FAINT = np.full((MADE, GIVEN, 1), -1e-30, np.float32)
SOUND, TIME = numbers(2, ROWS), numbers(16)
ENTERED = np.concatenate([SOUND.T, np.broadcast_to(TIME, (ROWS, 16))], axis=1)


def weight(name: str) -> tuple[Floats, Floats]:
    tensor = TENSORS[f"{name}.weight"]
    return tensor, TENSORS.get(f"{name}.bias", np.zeros(len(tensor), np.float32))


A = oracle.convolve(ENTERED, *weight("a"))
WIDENED = oracle.convolve(A, *weight("wide"))
GATES = oracle.convolve(A, *weight("gates"))
NORMED = oracle.norm(A, *weight("norm"))
ACTIVE = reference.gelu(NORMED)

Steps = Callable[[ProgramBuilder, Array], Array]


def upward(name: str, x: Floats) -> Floats:
    shape = UPWARD[name]
    return oracle.transposed(x, *FOLDED[name], shape.stride, shape.before)


def through(activation: Activation) -> Steps:
    def steps(builder: ProgramBuilder, entered: Array) -> Array:
        made = first(builder, entered)
        return builder.convolve("b", [made], MADE, TAPS, activation=activation)

    return steps


def activated(activation: Activation) -> Steps:
    """Twice: of rows that are whole vectors, and of narrow ones."""

    def steps(builder: ProgramBuilder, entered: Array) -> Array:
        made = first(builder, entered)
        builder.activate(made, activation)
        narrow = builder.transposed("6 taps by 3, narrow", made, UPWARD["6 taps by 3, narrow"])
        builder.activate(narrow, activation)
        return narrow

    return steps


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
        activation = GELU if gelu else NOTHING
        return builder.convolve("b", [made], MADE, TAPS, norm=norm, activation=activation)

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
    "convolve the first rows": (
        lambda p, entered: p.convolve("a", [entered], MADE, TAPS, rows=ROWS - 5),
        A[: ROWS - 5],
    ),
    "gate": (
        lambda p, entered: p.gate(p.convolve("gates", [first(p, entered)], 64, 1), 21),
        reference.gated(GATES[:, :21], GATES[:, 32:53]),
    ),
    "attend, one head": (attended(1), attention(1)),
    "attend, five heads": (attended(5), attention(5)),
    **{
        f"convolve, {name}": (
            lambda p, entered, taps=taps: p.convolve("a", [entered], MADE, taps),
            oracle.convolve(ENTERED, *weight("a"), taps),
        )
        for name, taps in SPREADS.items()
    },
    **{
        f"transposed, {name}": (
            lambda p, entered, name=name: p.transposed(name, first(p, entered), UPWARD[name]),
            upward(name, A),
        )
        for name in UPWARD
    },
    "transposed, twice": (
        lambda p, entered: p.convolve(
            "narrow",
            [p.transposed("6 taps by 3, narrow", first(p, entered), UPWARD["6 taps by 3, narrow"])],
            MADE,
            3,
            activation=leaky_relu(0.1),
        ),
        oracle.convolve(
            reference.leaky_relu(upward("6 taps by 3, narrow", A), 0.1), *weight("narrow")
        ),
    ),
    **{
        f"convolve what is through {name}": (
            through(activation),
            oracle.convolve(function(A), *weight("b")),
        )
        for name, (activation, function) in FUNCTIONS.items()
    },
    **{
        f"activate by {name}": (
            activated(activation),
            function(upward("6 taps by 3, narrow", function(A))),
        )
        for name, (activation, function) in FUNCTIONS.items()
    },
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


@pytest.mark.parametrize("kernel", COMPILED)
def test_a_row_can_become_rows(kernel: Kernel) -> None:
    builder = ProgramBuilder()
    row = builder.convolve("row", [builder.enter(1, GIVEN)], 5 * 16, 1)
    builder.leave(builder.reshaped(row, 5))
    program, result = builder.finished(), np.empty((16, 5), np.float32)
    tensors = {"row.weight": numbers(5 * 16, GIVEN, 1)}
    opened = OpenProgram(PackedNetwork(program, tensors, kernel), program, threads=1)
    opened.run(SOUND[:, :1].copy(), TIME, result)
    expected = reference.product(ENTERED[:1], tensors["row.weight"][:, :, 0].T).reshape(5, 16)
    np.testing.assert_array_equal(result.T.view(np.uint32), expected.view(np.uint32))
