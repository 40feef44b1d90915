"""Transposed convolutions of planes, against a direct sum, their adjoint, torch, and programs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from approx_build.kernels import compiled, planes
from approx_build.kernels.compiled import Kernel
from approx_build.kernels.planes import Plane, PlaneTransposed
from approx_build.kernels.program import Program
from approx_build.kernels.program_builder import ProgramBuilder
from approx_build.kernels.program_library import OpenProgram, PackedNetwork
from approx_build.kernels.program_reference import transposed_plane
from approx_build.kernels.tensors import Floats

COMPILED = [kernel for kernel in compiled.available() if kernel is not Kernel.REFERENCE]
TAPS = [(3, 0), (5, 1), (7, 2), (9, 3)]
"""Taps, and cells before the first."""


def numbers(*shape: int, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def direct(x: Any, weight: Any, before: int) -> Any:
    """Each cell adds its product with each tap to the cell that the tap reaches."""
    rows, columns, _ = x.shape
    _, outputs, taps, _ = weight.shape
    made = np.zeros((2 * rows, 2 * columns, outputs))
    for i, j, k, l in np.ndindex(rows, columns, taps, taps):  # noqa: E741
        at = 2 * i + k - before, 2 * j + l - before
        if 0 <= at[0] < 2 * rows and 0 <= at[1] < 2 * columns:
            made[at] += x[i, j].astype(float) @ weight[:, :, k, l].astype(float)
    return made


@pytest.mark.parametrize(("taps", "before"), TAPS)
def test_the_rule_is_a_sum_over_cells_and_taps(taps: int, before: int) -> None:
    x, weight = numbers(3, 5, 4), numbers(4, 2, taps, taps)
    found = transposed_plane(x, weight, np.zeros(2, np.float32), before)
    np.testing.assert_allclose(found, direct(x, weight, before), atol=2e-5)


def test_a_transposed_convolution_is_the_adjoint_of_the_convolution() -> None:
    """⟨conv(a), b⟩ = ⟨a, convᵀ(b)⟩ for TensorFlow's SAME convolution by 2: 1 before, 2 after."""
    a, b, weight = (numbers(*s).astype(float) for s in ((8, 12, 2), (4, 6, 3), (3, 2, 5, 5)))
    padded = np.pad(a, ((1, 2), (1, 2), (0, 0)))
    conv = np.zeros((4, 6, 3))
    for k, l in np.ndindex(5, 5):  # noqa: E741
        conv += padded[k : k + 7 : 2, l : l + 11 : 2] @ weight[:, :, k, l].T
    assert (conv * b).sum() == pytest.approx((a * direct(b, weight, 1)).sum(), rel=1e-12)


@pytest.mark.parametrize(("taps", "before"), TAPS)
def test_the_rule_is_the_transposed_convolution_of_torch(taps: int, before: int) -> None:
    torch = pytest.importorskip("torch")
    x, weight, bias = numbers(4, 3, 6), numbers(6, 2, taps, taps), numbers(2)
    given = [torch.from_numpy(one) for one in (x.transpose(2, 0, 1)[None].copy(), weight, bias)]
    whole = torch.nn.functional.conv_transpose2d(*given, stride=2)[0]
    expected = whole[:, before : before + 8, before : before + 6].permute(1, 2, 0).numpy()
    np.testing.assert_allclose(transposed_plane(x, weight, bias, before), expected, atol=2e-5)


def two_layers(
    shapes: list[PlaneTransposed], rows: int, columns: int, channels: int
) -> tuple[Program, dict[str, Floats], dict[str, Floats]]:
    """A program of two layers, its maps, and the weights that these are made from."""
    builder = ProgramBuilder()
    plane = planes.zeros(builder, "first", rows, columns, channels, shapes[0].gap)
    floats = columns * planes.whole(channels)
    entered = builder.enter(rows, floats)
    builder.add(plane.lines(), [entered])
    plane = planes.transposed(builder, "up.0", plane, shapes[0], shapes[1].gap)
    builder.leave(planes.transposed_cells(builder, "up.1", plane, shapes[1]))
    weights = {
        f"{n}.{kind}": numbers(*size, seed=n)
        for n, (given, shape) in enumerate(zip((channels, shapes[0].outputs), shapes, strict=True))
        for kind, size in {
            "weight": (given, shape.outputs, shape.taps, shape.taps),
            "bias": (shape.outputs,),
        }.items()
    }
    tensors = planes.zero_map("first", columns, channels, shapes[0].gap)
    tensors |= planes.zero_map("up.0", 2 * columns, shapes[0].outputs, shapes[1].gap)
    for n, shape in enumerate(shapes):
        tensors |= shape.phase_tensors(f"up.{n}", weights[f"{n}.weight"], weights[f"{n}.bias"])
    return builder.finished(), tensors, weights


@pytest.mark.parametrize(("taps", "before"), TAPS)
@pytest.mark.parametrize(("channels", "hidden", "outputs"), [(16, 32, 1), (5, 7, 3)])
def test_programs_of_planes_have_the_bits_of_the_rule(
    taps: int, before: int, channels: int, hidden: int, outputs: int
) -> None:
    rows, columns = 3, 5
    shapes = [
        PlaneTransposed(hidden, taps, before),
        PlaneTransposed(outputs, taps, before, is_one_map=True),
    ]
    program, tensors, weights = two_layers(shapes, rows, columns, channels)
    x = numbers(rows, columns, channels)
    first = transposed_plane(x, weights["0.weight"], weights["0.bias"], before)
    expected = transposed_plane(first, weights["1.weight"], weights["1.bias"], before)
    wide = np.zeros((rows, columns, planes.whole(channels)), np.float32)
    wide[:, :, :channels] = x
    given = np.ascontiguousarray(wide.reshape(rows, -1).T)
    for kernel in COMPILED:
        for threads in (1, 3):
            opened = OpenProgram(PackedNetwork(program, tensors, kernel), program, threads)
            cells = np.empty((4 * outputs, 2 * rows * (2 * columns + shapes[1].gap)), np.float32)
            opened.run(given, np.zeros(1, np.float32), cells)
            found = planes.unfolded(cells, 2 * rows, 2 * columns).transpose(1, 2, 0)
            np.testing.assert_array_equal(found, expected, strict=True)


@pytest.mark.parametrize("is_one_map", [False, True])
def test_shapes_of_the_maps_are_foretold(is_one_map: bool) -> None:
    shape = PlaneTransposed(3, 5, 1, is_one_map)
    tensors = shape.phase_tensors("up", numbers(20, 3, 5, 5), numbers(3))
    assert {name: one.shape for name, one in tensors.items()} == shape.phase_shapes("up", 20)


def test_all_taps_are_in_the_maps_once() -> None:
    """The four maps of 5 by 5 taps have 2 · 2, 2 · 3, 3 · 2 and 3 · 3 of them."""
    shape = PlaneTransposed(16, 5, 1)
    tensors = shape.phase_tensors("up", numbers(16, 16, 5, 5), numbers(16))
    sizes = [one.size // 256 for name, one in tensors.items() if name.endswith("weight")]
    assert sizes == [4, 6, 6, 9]
    assert all(one.all() for one in tensors.values()), "no tap is a padded one"


def test_rows_of_a_plane_have_a_gap_on_both_sides() -> None:
    plane = planes.zeros(ProgramBuilder(), "p", 3, 4, 5, 2)
    assert isinstance(plane, Plane)
    assert (plane.floats, plane.pitch, plane.cells) == (16, 6, 18)
    assert plane.lines(1, 2).at == plane.held.at + (2 + 6) * 16
    assert plane.held.channels == 4 * 6 * 16
