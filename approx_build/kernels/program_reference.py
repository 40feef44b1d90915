"""What the steps of a program do, stated in NumPy: the oracle of csrc/program, and its stand-in.

Arrays are [T, C], one row a moment, as in docs/numerics-of-kernels.md.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from approx_build.kernels import reference
from approx_build.kernels.reference import f32, product
from approx_build.kernels.tensors import Floats

CHUNK = 64
"""Rows whose sums a norm adds up in float32."""
PARTS = 16
"""Sums that the weights of attention are added up in."""

KERNEL = (
    *(-0.01171875, -0.03515625, 0.11328125, 0.43359375),
    *(0.43359375, 0.11328125, -0.03515625, -0.01171875),
)
"""The cubic kernel of Harmonai's resampling."""

Doubles = NDArray[np.float64]


def convolve(x: Floats, weight: Floats, bias: Floats) -> Floats:
    """Convolution of x [T, C] with weight [outputs, C, taps]; zeros beyond the ends."""
    outputs, channels, taps = weight.shape
    padded = np.pad(x, ((taps // 2, taps // 2), (0, 0)))
    columns = np.concatenate([padded[tap : tap + len(x)] for tap in range(taps)], axis=1)
    return product(columns, weight.transpose(2, 1, 0).reshape(taps * channels, outputs), bias)


def norm(x: Floats, weight: Floats, bias: Floats) -> Floats:
    """x [T, C] less its mean, by its deviation, times weight [C] plus bias [C]."""
    chunks = [_chunk_sums(x[start : start + CHUNK]) for start in range(0, len(x), CHUNK)]
    total, square = (_sum(np.array(terms)) for terms in zip(*chunks, strict=True))
    mean = total / x.size
    variance = square / x.size - mean * mean
    # Rounding may leave it below 0 where all numbers are nearly equal.
    if variance < 0:
        variance = 0.0
    own = (1.0 / np.sqrt(variance + 1e-5)) * weight.astype(np.float64)
    shift = (bias.astype(np.float64) - mean * own).astype(np.float32)
    return np.asarray(x * own.astype(np.float32) + shift, np.float32)


def _chunk_sums(x: Floats) -> tuple[Doubles, Doubles]:
    """The sum and the sum of squares of each column [C], from those of what rises above row 0."""
    # Less the first row, because a common offset would take digits from sums in float32.
    above = x - x[0]
    start, sums, squares = (
        a.astype(np.float64) for a in (x[0], _down(above), _down(above * above))
    )
    mass = len(x) * start
    return mass + sums, mass * start + ((start + start) * sums + squares)


def _down(x: Floats) -> Floats:
    """The sum of each column, from the first row, which is 0, to the last, in float32."""
    return np.asarray(np.add.accumulate(x, axis=0)[-1], np.float32)


def _sum(terms: Doubles) -> float:
    """The sum of all numbers in their order."""
    return 0.0 + float(np.add.accumulate(terms.reshape(-1))[-1])  # from 0, so never -0


def attention(query: Floats, key: Floats, value: Floats) -> Floats:
    """Values [T, width] weighed for each query [T, width] by how their keys suit it."""
    scale = f32(1) / np.sqrt(f32(key.shape[1]))
    score = product(query, (key * scale).T)
    weights = reference.exp(score - score.max(axis=1, keepdims=True))
    rows = len(weights)
    padded = np.pad(weights, ((0, 0), (0, -rows % PARTS))).reshape(rows, -1, PARTS)
    parts = np.add.accumulate(padded, axis=1)[:, -1]
    total = np.add.accumulate(parts, axis=1)[:, -1:]
    return np.asarray(product(weights, value) / total, np.float32)


def halve(x: Floats) -> Floats:
    """Every second row of x [T, C], smoothed -> [T / 2, C]; mirrored at the ends."""
    padded = np.pad(x, ((3, 3), (0, 0)), mode="reflect")
    return _smoothed(padded, KERNEL, len(x) // 2, step=2)


def double(x: Floats) -> Floats:
    """The rows of x [T, C] and those between, smoothed -> [2 T, C]; mirrored at the ends."""
    padded, rows = np.pad(x, ((2, 2), (0, 0)), mode="reflect"), len(x)
    made = np.empty((2 * rows, x.shape[1]), np.float32)
    for odd in (0, 1):
        # Every second row is a zero between the given ones, so the others count twice.
        kernel = tuple(2 * number for number in KERNEL[::-1][odd::2])
        made[odd::2] = _smoothed(padded[odd:], kernel, rows)
    return made


def _smoothed(x: Floats, kernel: tuple[float, ...], rows: int, step: int = 1) -> Floats:
    """x[step t] kernel[0] + x[step t + 1] kernel[1] + … for `rows` t, strictly in this order."""
    total = np.zeros((rows, x.shape[1]), np.float32)
    for tap, number in enumerate(kernel):
        term = x[tap : tap + step * rows : step] * f32(number)
        total = total + term if tap else term
    return total
