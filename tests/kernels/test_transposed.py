"""Transposed convolutions as plain ones of phases: what they equal, and what they save."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.kernels import program_reference as reference
from approx_build.kernels.program import Taps
from approx_build.kernels.transposed import Repeated, Transposed

NUMBERS = np.random.default_rng(0)


def numbers(*size: int) -> np.ndarray:
    return NUMBERS.standard_normal(size).astype(np.float32)


@st.composite
def shapes(draw: st.DrawFn) -> Transposed:
    stride = draw(st.integers(1, 16))
    taps = draw(st.integers(stride, 40))
    return Transposed(draw(st.integers(1, 40)), taps, stride, draw(st.integers(0, taps - 1)))


def by_phases(shape: Transposed, x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """The result of the plain convolutions of all groups."""
    tensors, parts = shape.phase_tensors("up", weight, bias), []
    for group in shape.groups():
        name = group.name("up")
        made = reference.convolve(x, tensors[f"{name}.weight"], tensors[f"{name}.bias"], group.taps)
        parts.append(made.reshape(len(x), group.phases, shape.phase_floats))
    rows = np.concatenate(parts, axis=1)
    assert not rows[:, :, shape.outputs :].any()
    return rows.reshape(-1, shape.phase_floats)[:, : shape.outputs]


@given(shapes(), st.integers(1, 9))
def test_phases_are_the_transposed_convolution_bit_for_bit(shape: Transposed, rows: int) -> None:
    x, weight, bias = (
        numbers(rows, 3),
        numbers(3, shape.outputs, shape.taps),
        numbers(shape.outputs),
    )
    expected = reference.transposed(x, weight, bias, shape.stride, shape.before)
    found = by_phases(shape, x, weight, bias)
    np.testing.assert_array_equal(found.view(np.uint32), expected.view(np.uint32))


@given(shapes(), st.integers(1, 9))
def test_it_is_the_direct_sum_and_the_adjoint_of_the_strided_convolution(
    shape: Transposed, rows: int
) -> None:
    """In float64, where both orders of the sum agree to 12 digits."""
    x, weight = NUMBERS.standard_normal((rows, 2)), NUMBERS.standard_normal((2, 3, shape.taps))
    direct = np.zeros((shape.stride * rows, 3))
    for i in range(rows):
        for k in range(shape.taps):
            row = shape.stride * i - shape.before + k
            if 0 <= row < len(direct):
                direct[row] += x[i] @ weight[:, :, k]
    found = reference.transposed(
        *(a.astype(np.float32) for a in (x, weight)),
        np.zeros(3, np.float32),
        shape.stride,
        shape.before,
    )
    np.testing.assert_allclose(found, direct, atol=1e-4)
    y = NUMBERS.standard_normal(direct.shape)
    padded = np.pad(y, ((shape.before, shape.taps), (0, 0)))
    down = sum(padded[k :: shape.stride][:rows] @ weight[:, :, k].T for k in range(shape.taps))
    assert np.vdot(down, x) == pytest.approx(np.vdot(direct, y), abs=1e-10)


@given(shapes(), st.integers(1, 9))
def test_repeated_rows_are_convolved_as_their_phases(shape: Transposed, rows: int) -> None:
    repeats = Repeated(shape.outputs, shape.taps, shape.stride, shape.taps // 2)
    x, weight, bias = (
        numbers(rows, 3),
        numbers(shape.outputs, 3, shape.taps),
        numbers(shape.outputs),
    )
    expected = reference.repeated(x, weight, bias, shape.stride)
    found = by_phases(repeats, x, weight, bias)
    np.testing.assert_array_equal(found.view(np.uint32), expected.view(np.uint32))
    plain = reference.convolve(np.repeat(x, shape.stride, axis=0), weight, bias)
    np.testing.assert_allclose(found, plain, atol=1e-4)


@given(shapes())
def test_the_shapes_of_phases_are_those_of_their_tensors(shape: Transposed) -> None:
    weight, bias = numbers(7, shape.outputs, shape.taps), numbers(shape.outputs)
    tensors = shape.phase_tensors("up", weight, bias)
    assert {name: t.shape for name, t in tensors.items()} == shape.phase_shapes("up", 7)
    assert sum(group.phases for group in shape.groups()) == shape.stride
    assert shape.row_floats % 16 == 0


def test_phases_of_whole_vectors_multiply_by_no_zeros() -> None:
    wide = Transposed(32, 25, 4, 10)
    assert [(g.first, g.phases, g.taps.count, g.taps.offset) for g in wide.groups()] == [
        (0, 2, 6, 3),
        (2, 1, 7, 3),
        (3, 1, 6, 2),
    ]
    assert sum(group.phases * group.taps.count for group in wide.groups()) == wide.taps
    twice = Transposed(32, 8, 4, 2)
    assert [(g.phases, g.taps) for g in twice.groups()] == [
        (2, Taps(2, before=1)),
        (2, Taps(2, before=0)),
    ]


def test_narrow_phases_are_one_map_of_few_floats() -> None:
    assert Transposed(1, 25, 4, 10).row_floats == 16
    assert Transposed(8, 25, 4, 10).row_floats == 32
    assert Transposed(1, 33, 16, 16).row_floats == 16
    assert [g.taps.count for g in Transposed(1, 25, 4, 10).groups()] == [7]
