"""The steps of a program in NumPy: the oracle of csrc/program, and its substitute.

Arrays are [T, C], one row per moment, as in docs/numerics-of-kernels.md.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from approx_build.kernels import reference
from approx_build.kernels.program import Taps
from approx_build.kernels.reference import f32, product
from approx_build.kernels.tensors import Floats

CHUNK = 64
"""Rows whose sums a norm adds in float32."""
PARTS = 16
"""Number of partial sums of the weights of attention."""

KERNEL = (
    *(-0.01171875, -0.03515625, 0.11328125, 0.43359375),
    *(0.43359375, 0.11328125, -0.03515625, -0.01171875),
)
"""The cubic kernel of Harmonai's resampling."""

Doubles = NDArray[np.float64]


def convolve(x: Floats, weight: Floats, bias: Floats, taps: Taps | None = None) -> Floats:
    """Convolution of x [T, C] with weight [outputs, C, taps]; zeros beyond the ends."""
    outputs, channels, count = weight.shape
    taps = taps or Taps(count)
    rows, zeros = taps.rows(len(x)), max(taps.offset, 0)
    after = max(0, taps.read(rows) - taps.offset - len(x))
    padded = np.pad(x, ((zeros, after), (0, 0)))
    starts = [zeros - taps.offset + tap * taps.dilation for tap in range(count)]
    columns = [padded[start :: taps.stride][:rows] for start in starts]
    by_tap = weight.transpose(2, 1, 0).reshape(count * channels, outputs)
    return product(np.concatenate(columns, axis=1), by_tap, bias)


def transposed(x: Floats, weight: Floats, bias: Floats, stride: int, before: int) -> Floats:
    """Transposed convolution of x [T, C] with weight [C, outputs, taps] -> [stride T, outputs].

    A row is a product over the rows that reach it, the earliest first, and their channels.
    """
    _, outputs, taps = weight.shape
    padded = np.pad(x, ((taps, taps), (0, 0)))
    made = np.empty((stride * len(x), outputs), np.float32)
    for phase in range(stride):
        # Row j + m reaches row stride j + phase by tap phase + before - stride m.
        reached = [k for k in range(taps)[::-1] if (phase + before - k) % stride == 0]
        starts = [taps + (phase + before - k) // stride for k in reached]
        columns = np.concatenate([padded[start : start + len(x)] for start in starts], axis=1)
        by_tap = weight[:, :, reached].transpose(2, 0, 1).reshape(-1, outputs)
        made[phase::stride] = product(columns, by_tap, bias)
    return made


def transposed_plane(x: Floats, weight: Floats, bias: Floats, before: int) -> Floats:
    """Transposed convolution by 2 of x [R, T, C] with weight [C, outputs, taps, taps].

    A cell of the result [2 R, 2 T, outputs] is a product over the cells that reach it, row after
    row from the first, and their channels.
    """
    channels, outputs, taps, _ = weight.shape
    rows, columns = x.shape[:2]
    padded = np.pad(x, ((taps, taps), (taps, taps), (0, 0)))
    made = np.empty((2 * rows, 2 * columns, outputs), np.float32)
    for p, q in np.ndindex(2, 2):
        reached = [[k for k in range(taps)[::-1] if (n + before - k) % 2 == 0] for n in (p, q)]
        pairs = list(itertools.product(*reached))
        at = [(taps + (p + before - k) // 2, taps + (q + before - m) // 2) for k, m in pairs]
        cells = [padded[i : i + rows, j : j + columns] for i, j in at]
        by_tap = np.stack([weight[:, :, k, m] for k, m in pairs]).reshape(-1, outputs)
        inputs = np.concatenate(cells, axis=2).reshape(-1, len(pairs) * channels)
        made[p::2, q::2] = product(inputs, by_tap, bias).reshape(rows, columns, outputs)
    return made


def repeated(x: Floats, weight: Floats, bias: Floats, stride: int) -> Floats:
    """Convolution of rows x [T, C], each `stride` times, with weight [outputs, C, taps].

    Taps that read copies of one row are added before; the result is [stride T, outputs].
    """
    outputs, _, taps = weight.shape
    before = taps // 2
    made = np.empty((stride * len(x), outputs), np.float32)
    for phase in range(stride):
        read = [(phase + k - before) // stride for k in range(taps)]
        rows = range(read[0], read[-1] + 1)
        sums = np.zeros((outputs, x.shape[1], len(rows)))
        for k, row in enumerate(read):
            sums[:, :, row - read[0]] += weight[:, :, k]
        plain = sums.astype(np.float32)
        made[phase::stride] = convolve(x, plain, bias, Taps(len(rows), before=-read[0]))
    return made


def norm(x: Floats, weight: Floats, bias: Floats) -> Floats:
    """x [T, C] minus its mean, divided by its deviation, times weight [C], plus bias [C]."""
    chunks = [_chunk_sums(x[start : start + CHUNK]) for start in range(0, len(x), CHUNK)]
    total, square = (_sum(np.array(terms)) for terms in zip(*chunks, strict=True))
    mean = total / x.size
    variance = square / x.size - mean * mean
    # Rounding may make it negative if all numbers are nearly equal.
    if variance < 0:
        variance = 0.0
    own = (1.0 / np.sqrt(variance + 1e-5)) * weight.astype(np.float64)
    shift = (bias.astype(np.float64) - mean * own).astype(np.float32)
    return np.asarray(x * own.astype(np.float32) + shift, np.float32)


def _chunk_sums(x: Floats) -> tuple[Doubles, Doubles]:
    """The sum and the sum of squares of each column [C], computed from differences to row 0."""
    # Minus the first row, because a common offset would cost digits in float32 sums.
    above = x - x[0]
    start, sums, squares = (
        a.astype(np.float64) for a in (x[0], _down(above), _down(above * above))
    )
    mass = len(x) * start
    return mass + sums, mass * start + ((start + start) * sums + squares)


def _down(x: Floats) -> Floats:
    """The sum of each column in float32, from the first row, which is 0, to the last."""
    return np.asarray(np.add.accumulate(x, axis=0)[-1], np.float32)


def _sum(terms: Doubles) -> float:
    """The sum of all numbers, in order."""
    return 0.0 + float(np.add.accumulate(terms.reshape(-1))[-1])  # starts at 0, so it is never -0


def attention(query: Floats, key: Floats, value: Floats) -> Floats:
    """Values [T, width], weighted for each query [T, width] by its similarity to the keys."""
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
    """The rows of x [T, C] and rows between them, smoothed -> [2 T, C]; mirrored at the ends."""
    padded, rows = np.pad(x, ((2, 2), (0, 0)), mode="reflect"), len(x)
    made = np.empty((2 * rows, x.shape[1]), np.float32)
    for odd in (0, 1):
        # Zeros are inserted between the rows, so the kernel is doubled.
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
