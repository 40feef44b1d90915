"""Fused multiply-add in NumPy: a b + c, rounded once to float32, as by processor instructions.

NumPy has no such operation. In float64 the product of two float32 numbers is exact, and its sum
with a third number rounds once. Conversion to float32 rounds a second time, which affects the
result only if the float64 sum lies halfway between two float32 numbers, or if its float32 number is
subnormal or the smallest normal one: then the sum is first rounded to odd.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from approx_build.kernels.tensors import Floats

Doubles = NDArray[np.float64]

_BELOW = np.int64((1 << 29) - 1)
"""The bits of a float64 number that are below the last bit of a normal float32 number."""
_HALFWAY = np.int64(1 << 28)
_LEAST_NORMAL = np.float32(2.0**-126)
_HOPEFUL = 64
"""Terms that are added before the check whether a second rounding affected any of them."""


def fused(a: Floats, b: Floats, c: Floats) -> Floats:
    """a b + c with one rounding; arguments broadcast."""
    with np.errstate(invalid="ignore"):
        products = np.multiply(a, b, dtype=np.float64)
        return _rounded_once(*np.broadcast_arrays(products, c.astype(np.float64)))


def add_in_order(total: Floats, products: Doubles) -> Floats:
    """total [...] + products [K, ...] from first to last, one rounding each; products are exact."""
    for start in range(0, len(products), _HOPEFUL):
        total = _add_and_check(total, products[start : start + _HOPEFUL])
    return total


def _add_and_check(total: Floats, products: Doubles) -> Floats:
    """Round twice, which is fast; where that may have changed a result, compute all of it again."""
    sums, rounded = np.empty(products.shape), np.empty(products.shape, np.float32)
    before = total
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        for product, its_sum, its_float in zip(products, sums, rounded, strict=True):
            np.add(product, before, out=its_sum)
            its_float[...] = its_sum
            before = its_float
    if not _doubtful(sums, rounded).any():
        return before
    for product in products:
        total = _rounded_once(product, total.astype(np.float64))
    return total


def _rounded_once(products: Doubles, c: Doubles) -> Floats:
    """products + c, both of the same shape."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        sums = np.asarray(products + c)
        rounded = np.asarray(sums.astype(np.float32))
        doubtful = _doubtful(sums, rounded)
        if doubtful.any():
            rounded[doubtful] = _to_odd(products[doubtful], c[doubtful]).astype(np.float32)
    return rounded


def _doubtful(sums: Doubles, rounded: Floats) -> NDArray[np.bool_]:
    is_halfway = (sums.view(np.int64) & _BELOW) == _HALFWAY
    is_small = (rounded >= -_LEAST_NORMAL) & (rounded <= _LEAST_NORMAL) & (rounded != 0)
    return np.asarray(is_halfway | is_small)


def _to_odd(products: Doubles, c: Doubles) -> Doubles:
    """products + c; of the two neighbours of an inexact sum, the one whose last bit is 1."""
    sums = products + c
    back = sums - products
    error = (products - (sums - back)) + (c - back)  # TwoSum; NaN where the sum is not finite
    bits = sums.view(np.int64)
    is_inexact = (error > 0) | (error < 0)  # false for NaN, so infinities are unchanged
    step = np.where((error < 0) == (sums < 0), 1, -1)
    bits += np.where(is_inexact & (bits & 1 == 0), step, 0)
    return sums
