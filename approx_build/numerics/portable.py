"""Functions of arrays with the same bits on every processor.

NumPy's exp, log, sin, cos, tanh, power and absolute value of complex numbers change their last
bits with the instruction set. These are made of + - * / and the square root (each rounded
correctly by IEEE 754), rounding to whole numbers and integer arithmetic on the bits.

Method: argument reduction (Cody and Waite, Software Manual for the Elementary Functions, 1980),
then the function's own Taylor series cut where the next term is below a tenth of a unit in the
last place; pairs of float64 (`doubled`) where one float64 would lose bits, as in fdlibm (Sun
Microsystems, 1993). Error: below 1 unit in the last place; tanh, expm1 and log1p below 3.
Convention: array-likes of any shape in, float64 of that shape out; float NaN stays NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from math import factorial
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from approx_build.numerics.double_double import Array, Pair, add, divide, exact_sum, multiply

Real = TypeVar("Real", bound=np.floating[Any])

PI = 3.141592653589793
TAU = 6.283185307179586

LARGEST_ANGLE = 1e6
"""Sines and cosines are accurate up to this many radians either way; beyond it is an error."""

_BLOCK = 8192
"""Numbers worked on at a time, so that intermediate arrays stay in the processor's cache."""

# Constants are split into two or three parts; the first parts have trailing zeros, so that their
# product with a small integer is exact.
_LOG2_E = float.fromhex("0x1.71547652b82fep+0")
_LN2 = float.fromhex("0x1.62e42fee00000p-1"), float.fromhex("0x1.a39ef35793c76p-33")
_TWO_OVER_PI = float.fromhex("0x1.45f306dc9c883p-1")
_HALF_PI = (
    float.fromhex("0x1.921fb54400000p+0"),
    float.fromhex("0x1.0b4611a600000p-34"),
    float.fromhex("0x1.3198a2e037073p-69"),
)
_LN10_20TH = float.fromhex("0x1.d791c5f888822p-4"), float.fromhex("0x1.abeeabde89357p-58")
_20_OVER_LN10 = float.fromhex("0x1.15f2ced384f29p+3"), float.fromhex("-0x1.02bea6b55233cp-52")
_TWO_THIRDS = float.fromhex("0x1.5555555555555p-1"), float.fromhex("0x1.5555555555555p-55")

# Series by ascending power. exp(r) = 1 + r + r^2 E(r), |r| <= ln(2) / 2.
_EXP = [1.0 / factorial(n) for n in range(2, 15)]
# ln((1 + s) / (1 - s)) = 2 s + 2/3 s^3 + s^5 L(s^2), |s| <= 0.1716.
_LOG = [2.0 / n for n in range(5, 26, 2)]
# sin(r) = r + r^3 S(r^2), cos(r) = 1 - r^2 / 2 + r^4 C(r^2), |r| <= pi / 4.
_SIN = [(1.0 - n // 2 % 2 * 2.0) / factorial(n) for n in range(3, 20, 2)]
_COS = [(1.0 - n // 2 % 2 * 2.0) / factorial(n) for n in range(4, 19, 2)]


def _in_blocks(function: Callable[..., Array]) -> Callable[..., Array]:
    """Turn a function of flat blocks into a function of arrays of any shape."""

    @wraps(function)
    def whole(*arguments: ArrayLike) -> Array:
        arrays = np.broadcast_arrays(*(np.asarray(a, dtype=np.float64) for a in arguments))
        flat = [array.reshape(-1) for array in arrays]
        result = np.empty(flat[0].size)
        # Numbers outside a function's domain are computed, too, and replaced afterwards.
        with np.errstate(all="ignore"):
            for start in range(0, result.size, _BLOCK):
                part = slice(start, start + _BLOCK)
                result[part] = function(*(array[part] for array in flat))
        return result.reshape(arrays[0].shape)

    return whole


@_in_blocks
def exp(x: Array) -> Array:
    """e to the power of `x`."""
    return _exp_of_pair((x, np.zeros_like(x)))


@_in_blocks
def expm1(x: Array) -> Array:
    """e to the power of `x`, less 1: accurate for small `x`, too."""
    scale, rest = _reduced_exp((x, np.zeros_like(x)))
    # A power of two below 2^-100 cannot change -1.
    small = _two_to(np.maximum(scale, -100.0))
    result = small * rest + (small - 1.0)
    # 2^1024 is no float64, though its product with a small rest would be one.
    return np.where(scale > 1000, _exp_of_pair((x, np.zeros_like(x))), result)


@_in_blocks
def log(x: Array) -> Array:
    """The natural logarithm of `x`: -inf of 0, NaN below."""
    return _at_edges(_log_pair(x)[0], x)


@_in_blocks
def log1p(x: Array) -> Array:
    """The natural logarithm of 1 + `x`: accurate for small `x`, too."""
    whole = 1.0 + x
    # `whole` is rounded: what it misses of 1 + x is added to first order.
    missing = np.where(np.isfinite(whole), x - (whole - 1.0), 0.0)
    return _at_edges(_log_pair(whole)[0] + missing / whole, whole)


@_in_blocks
def power(base: Array, exponent: Array) -> Array:
    """`base` to the power of `exponent`; base not negative (NaN otherwise)."""
    # Larger exponents give 0, 1 or infinity all the same.
    bounded = np.minimum(np.maximum(exponent, -1e19), 1e19)
    result = _exp_of_pair(multiply(_log_pair(base), (bounded, np.zeros_like(base))))
    zero = np.where(exponent > 0, 0.0, np.inf)
    result = np.where(base == 0, zero, result)
    result = np.where((base < 0) | np.isnan(base), np.nan, result)
    return np.where(exponent == 0, 1.0, result)


@_in_blocks
def gain(db: Array) -> Array:
    """The amplitude factor of `db` decibels: 10^(db/20), 0 for -inf."""
    # Bounded to where the factor is 0 or infinite: an exact product of infinities is NaN.
    bounded = np.minimum(np.maximum(db, -1e4), 1e4)
    return _exp_of_pair(multiply((bounded, np.zeros_like(db)), _constant(_LN10_20TH, db)))


@_in_blocks
def db(gain: Array) -> Array:
    """The decibels of an amplitude factor: 20 log10(gain), -inf for 0."""
    return _at_edges(multiply(_log_pair(gain), _constant(_20_OVER_LN10, gain))[0], gain)


@_in_blocks
def sin(x: Array) -> Array:
    """The sine of `x` radians; ValueError beyond `LARGEST_ANGLE`."""
    return _of_quarter(x, 0)


@_in_blocks
def cos(x: Array) -> Array:
    """The cosine of `x` radians; ValueError beyond `LARGEST_ANGLE`."""
    return _of_quarter(x, 1)


@_in_blocks
def tanh(x: Array) -> Array:
    """The hyperbolic tangent of `x`."""
    # From 22 on the result rounds to 1.
    doubled = 2.0 * np.minimum(np.maximum(x, -22.0), 22.0)
    scale, rest = _reduced_exp((doubled, np.zeros_like(x)))
    less_one = _two_to(scale) * rest + (_two_to(scale) - 1.0)
    return less_one / (less_one + 2.0)


def absolute(x: NDArray[Real], out: NDArray[Real] | None = None) -> NDArray[Real]:
    """The absolute values of real numbers, in their own precision; TypeError for complex ones."""
    if x.dtype.kind == "c":
        raise TypeError("absolute() is for real numbers; complex ones have a magnitude()")
    return np.asarray(np.abs(x, out=out))  # off the path: exact for real numbers


def magnitude(z: NDArray[np.complexfloating[Any, Any]]) -> NDArray[np.floating[Any]]:
    """The absolute values of complex numbers, in their own precision."""
    real, imaginary = z.real, z.imag
    squared: NDArray[np.floating[Any]] = real * real + imaginary * imaginary
    return np.asarray(np.sqrt(squared))


def _series(x: Array, coefficients: Sequence[float]) -> Array:
    """The polynomial of `x` with coefficients by ascending power, by Horner's rule."""
    result = np.full_like(x, coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        result = result * x + coefficient
    return result


def _constant(pair: tuple[float, float], like: Array) -> Pair:
    return np.full_like(like, pair[0]), np.full_like(like, pair[1])


def _two_to(exponent: Array) -> Array:
    """2 to whole powers from -1022 to 1023, by writing the exponent's bits."""
    return ((exponent.astype(np.int64) + 1023) << 52).view(np.float64)


def _reduced_exp(x: Pair) -> tuple[Array, Array]:
    """The whole k and p of e^x = 2^k (1 + p), |p| < 0.42."""
    # e^-746 rounds to 0, and e^710 is above every float64.
    head = np.minimum(np.maximum(x[0], -746.0), 710.0)
    scale = np.rint(head * _LOG2_E)
    # The integer of a NaN depends on the processor; `rest` keeps the NaN.
    scale = np.where(np.isnan(scale), 0.0, scale)
    rest, tail = exact_sum(head - scale * _LN2[0], -(scale * _LN2[1]))
    rest, tail = exact_sum(rest, tail + np.where(np.isfinite(x[1]), x[1], 0.0))
    return scale, rest + (rest * rest * _series(rest, _EXP) + (tail + tail * rest))


def _exp_of_pair(x: Pair) -> Array:
    scale, rest = _reduced_exp(x)
    # In two steps, for results below the normal numbers and for 2^1024.
    half = np.floor(scale * 0.5)
    return (1.0 + rest) * _two_to(half) * _two_to(scale - half)


def _log_pair(x: Array) -> Pair:
    """ln(x) of positive finite `x` with some 15 bits to spare."""
    exponent, mantissa = _parts(x)
    one = np.ones_like(x)
    s = divide((mantissa - one, np.zeros_like(x)), exact_sum(mantissa, one))
    square = multiply(s, s)
    cube = multiply(multiply(s, square), _constant(_TWO_THIRDS, x))
    rest = s[0] * square[0] * square[0] * _series(square[0], _LOG)
    of_mantissa = add((2.0 * s[0], 2.0 * s[1]), add(cube, (rest, np.zeros_like(x))))
    return add(exact_sum(exponent * _LN2[0], exponent * _LN2[1]), of_mantissa)


def _parts(x: Array) -> tuple[Array, Array]:
    """Whole exponents and mantissas from sqrt(1/2) to sqrt(2) of positive `x`."""
    # Subnormal numbers have no implicit leading bit and are scaled first.
    tiny = x < 2.0**-1022
    bits = np.where(tiny, x * 2.0**54, x).view(np.int64)
    exponent = ((bits >> 52) & 0x7FF).astype(np.float64) - np.where(tiny, 1077.0, 1023.0)
    mantissa = ((bits & 0xFFFFFFFFFFFFF) | (1023 << 52)).view(np.float64)
    above = mantissa > 1.4142135623730951
    return exponent + above, np.where(above, mantissa * 0.5, mantissa)


def _at_edges(result: Array, x: Array) -> Array:
    """A logarithm's `result`, corrected where `x` is 0, negative, infinite or NaN."""
    result = np.where(x == 0, -np.inf, result)
    result = np.where(x == np.inf, np.inf, result)
    return np.where((x < 0) | np.isnan(x), np.nan, result)


def _of_quarter(x: Array, shift: int) -> Array:
    """sin(x + shift pi / 2)."""
    if (absolute(x) > LARGEST_ANGLE).any():
        raise ValueError(f"an angle is larger than {LARGEST_ANGLE:g} radians")
    quarters = np.rint(x * _TWO_OVER_PI)
    # The integer of a NaN depends on the processor; the remainder keeps the NaN.
    quarters = np.where(np.isnan(quarters), 0.0, quarters)
    first, first_tail = exact_sum(x - quarters * _HALF_PI[0], -(quarters * _HALF_PI[1]))
    r, tail = exact_sum(first, -(quarters * _HALF_PI[2]))
    tail = tail + first_tail
    quadrant = (quarters.astype(np.int64) + shift) & 3
    value = np.where(quadrant & 1, cos_of_small(r, tail), sin_of_small(r, tail))
    return np.where(quadrant & 2, -value, value)


def sin_of_small(r: Array, tail: Array) -> Array:
    """The sine of `r + tail` radians, up to pi / 4 either way, the tail a rounding error."""
    square = r * r
    return r + (r * square * _series(square, _SIN) + tail * (1.0 - 0.5 * square))


def cos_of_small(r: Array, tail: Array) -> Array:
    """The cosine of `r + tail` radians, up to pi / 4 either way, the tail a rounding error."""
    square = r * r
    half = 0.5 * square
    whole = 1.0 - half
    # Adds the rounding error of `1 - half` to the small terms.
    return whole + (((1.0 - whole) - half) + (square * square * _series(square, _COS) - r * tail))
