"""The parts of the reference against PyTorch's own functions, and the laws they should keep."""

from __future__ import annotations

import numpy as np
import pytest

from approx_build.kernels import program_reference as reference
from approx_build.kernels.program import Taps

KERNEL = [-0.01171875, -0.03515625, 0.11328125, 0.43359375]
KERNEL += KERNEL[::-1]
"""Harmonai's cubic kernel, as published."""
TOLERANCE = 2e-5
NUMBERS = np.random.default_rng(0)


def numbers(*size: int) -> np.ndarray:
    return NUMBERS.standard_normal(size).astype(np.float32)


def test_a_convolution_is_that_of_pytorch() -> None:
    torch = pytest.importorskip("torch")

    x, weight, bias = numbers(40, 7), numbers(5, 7, 3), numbers(5)
    expected = torch.conv1d(*map(torch.from_numpy, (x.T[None], weight, bias)), padding=1)
    np.testing.assert_allclose(reference.convolve(x, weight, bias).T, expected[0], atol=TOLERANCE)


@pytest.mark.parametrize(
    ("stride", "dilation", "before"), [(1, 3, 3), (4, 1, 1), (2, 2, 0), (3, 5, 9)]
)
def test_a_strided_and_dilated_convolution_is_that_of_pytorch(
    stride: int, dilation: int, before: int
) -> None:
    torch = pytest.importorskip("torch")

    x, weight, bias = numbers(41, 7), numbers(5, 7, 3), numbers(5)
    found = reference.convolve(x, weight, bias, Taps(3, stride, dilation, before))
    padded = np.pad(x, ((before, 100), (0, 0))).T[None]
    tensors = map(torch.from_numpy, (padded.copy(), weight, bias))
    expected = torch.conv1d(*tensors, stride=stride, dilation=dilation)[0].T[: len(found)]
    assert len(found) == -(-41 // stride)
    np.testing.assert_allclose(found, expected, atol=TOLERANCE)


@pytest.mark.parametrize(
    ("taps", "stride", "before"), [(25, 4, 10), (8, 4, 2), (5, 2, 1), (3, 3, 0)]
)
def test_a_transposed_convolution_is_that_of_pytorch(taps: int, stride: int, before: int) -> None:
    torch = pytest.importorskip("torch")

    x, weight, bias = numbers(13, 7), numbers(7, 5, taps), numbers(5)
    found = reference.transposed(x, weight, bias, stride, before)
    tensors = map(torch.from_numpy, (x.T[None].copy(), weight, bias))
    expected = torch.conv_transpose1d(*tensors, stride=stride)[0].T
    expected = expected[before : before + 13 * stride]
    assert found.shape == (13 * stride, 5)
    # PyTorch ends with the last tap; rows that no tap reaches are the bias.
    np.testing.assert_allclose(found[: len(expected)], expected, atol=TOLERANCE)
    np.testing.assert_array_equal(
        found[len(expected) :], np.broadcast_to(bias, (13 * stride - len(expected), 5))
    )


@pytest.mark.parametrize("rows", [3, 64, 65, 200])
@pytest.mark.parametrize("mean", [0, 30])
def test_a_norm_is_that_of_pytorch(rows: int, mean: float) -> None:
    torch = pytest.importorskip("torch")

    x, weight, bias = numbers(rows, 6) + np.float32(mean), numbers(6), numbers(6)
    tensors = map(torch.from_numpy, (x.T[None].copy(), weight, bias))
    given, *factors = tensors
    expected = torch.group_norm(given, 1, *factors)[0].T
    np.testing.assert_allclose(reference.norm(x, weight, bias), expected, atol=TOLERANCE, rtol=1e-4)


def test_the_norm_of_silence_is_its_bias() -> None:
    bias = numbers(4)
    silence = reference.norm(np.zeros((70, 4), np.float32), numbers(4), bias)
    np.testing.assert_array_equal(silence, np.broadcast_to(bias, (70, 4)))


def test_attention_is_that_of_pytorch() -> None:
    torch = pytest.importorskip("torch")

    parts = [numbers(37, 12) * np.float32(2) for _ in range(3)]
    tensors = [torch.from_numpy(part)[None, None] for part in parts]
    expected = torch.nn.functional.scaled_dot_product_attention(*tensors)[0, 0]
    np.testing.assert_allclose(reference.attention(*parts), expected, atol=TOLERANCE)


def test_halving_and_doubling_are_mirrored_convolutions() -> None:
    x, kernel = numbers(20, 1), np.array(KERNEL, np.float32)
    mirrored = np.pad(x[:, 0], 3, mode="reflect")
    expected = [np.dot(mirrored[2 * row : 2 * row + 8], kernel) for row in range(10)]
    np.testing.assert_allclose(reference.halve(x)[:, 0], expected, atol=TOLERANCE)
    spread = np.zeros(48, np.float32)
    spread[::2] = np.pad(x[:, 0], 2, mode="reflect")
    expected = np.convolve(spread, 2 * kernel)[7:47]
    np.testing.assert_allclose(reference.double(x)[:, 0], expected, atol=TOLERANCE)


def test_a_steady_sound_stays_steady_through_both() -> None:
    steady = np.full((12, 2), 0.5, np.float32)
    np.testing.assert_array_equal(reference.halve(steady), steady[:6])
    np.testing.assert_array_equal(reference.double(steady), np.vstack([steady, steady]))
