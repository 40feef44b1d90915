"""Pairs of float64 whose unrounded sum carries about 106 bits.

Dekker: A floating-point technique for extending the available precision, 1971. Knuth, The Art
of Computer Programming 2, 4.2.2 (the exact sum). Convention: a pair is (head, tail) with the
tail at most half a unit in the last place of the head; made of + - * / alone, with no fused
operation, so pairs have the same bits on every machine.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Pair = tuple[Array, Array]

_SPLITTER = 134217729.0
"""2^27 + 1: multiplying by it splits a float64 into two halves of 26 bits."""


def exact_sum(a: Array, b: Array) -> Pair:
    """The pair that is exactly `a + b`."""
    head = a + b
    shadow = head - a
    return head, (a - (head - shadow)) + (b - shadow)


def exact_product(a: Array, b: Array) -> Pair:
    """The pair that is exactly `a * b` (nothing above 2^996)."""
    head = a * b
    a_high, a_low = _halves(a)
    b_high, b_low = _halves(b)
    # In this order each of these sums is exact (Dekker).
    tail = ((a_high * b_high - head) + a_high * b_low + a_low * b_high) + a_low * b_low
    return head, tail


def add(a: Pair, b: Pair) -> Pair:
    """The sum of two pairs."""
    head, tail = exact_sum(a[0], b[0])
    return _settled(head, tail + (a[1] + b[1]))


def multiply(a: Pair, b: Pair) -> Pair:
    """The product of two pairs."""
    head, tail = exact_product(a[0], b[0])
    return _settled(head, tail + (a[0] * b[1] + a[1] * b[0]))


def divide(a: Pair, b: Pair) -> Pair:
    """The quotient of two pairs."""
    quotient = a[0] / b[0]
    # The quotient has 53 bits; the remainder of the dividend gives the others.
    back, error = exact_product(quotient, b[0])
    rest = ((a[0] - back) - error) + (a[1] - quotient * b[1])
    return _settled(quotient, rest / b[0])


def _halves(a: Array) -> Pair:
    scaled = _SPLITTER * a
    high = scaled - (scaled - a)
    return high, a - high


def _settled(head: Array, tail: Array) -> Pair:
    """The same sum with a tail that is small compared with the head (|tail| < |head|)."""
    whole = head + tail
    return whole, tail - (whole - head)
