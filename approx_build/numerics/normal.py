"""Normally distributed numbers from a stream: one word for each, the same on every processor.

Method: the inverse of the normal distribution by rational functions (Wichura: Algorithm AS 241,
PPND16, Applied Statistics 37(3), 1988) in float64, then one rounding to float32. Error before that
rounding: below 1e-15 of the value.

Convention: the top 53 bits k of word i select the middle of one of 2^53 equal parts of (0, 1),
probability (2 k + 1) / 2^54, and normal i is the quantile at this probability. So none is infinite
(8.3 at most), and the word with all bits inverted gives the negative number.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from approx_build.numerics import portable
from approx_build.numerics.stream import Stream

Floats = NDArray[np.float64]
Rational = tuple[Sequence[float], Sequence[float]]

_CENTRE = 0.425
"""Probabilities this close to one half need no logarithm."""
_FAR = 5.0
"""Root of the logarithm of a tail's probability from which the second rational function is used."""
_BLOCK = 32768
"""Words processed at once: many, but few enough to stay in the processor's cache."""

# Numerators and denominators by ascending power.
_OF_CENTRE: Rational = (
    (
        *(3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3),
        *(1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4),
        *(3.3430575583588128105e4, 2.5090809287301226727e3),
    ),
    (
        *(1.0, 4.2313330701600911252e1, 6.8718700749205790830e2),
        *(5.3941960214247511077e3, 2.1213794301586595867e4, 3.9307895800092710610e4),
        *(2.8729085735721942674e4, 5.2264952788528545610e3),
    ),
)
_OF_TAIL: Rational = (
    (
        *(1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0),
        *(3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1),
        *(2.27238449892691845833e-2, 7.74545014278341407640e-4),
    ),
    (
        *(1.0, 2.05319162663775882187e0, 1.67638483018380384940e0),
        *(6.89767334985100004550e-1, 1.48103976427480074590e-1, 1.51986665636164571966e-2),
        *(5.47593808499534494600e-4, 1.05075007164441684324e-9),
    ),
)
_OF_FAR_TAIL: Rational = (
    (
        *(6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0),
        *(2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3),
        *(2.71155556874348757815e-5, 2.01033439929228813265e-7),
    ),
    (
        *(1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1),
        *(1.48753612908506148525e-2, 7.86869131145613259100e-4, 1.84631831751005468180e-5),
        *(1.42151175831644588870e-7, 2.04426310338993978564e-15),
    ),
)


def normals(rng: Stream, count: int) -> NDArray[np.float32]:
    """The next `count` numbers of mean 0 and variance 1 [count]; advances the stream."""
    return rounded(rng.words(count))


def normals_at(stream: Stream, start: int, count: int) -> NDArray[np.float32]:
    """Normals `start` to `start + count` of the stream [count]; does not advance it."""
    return rounded(stream.words_at(start, count))


def rounded(words: NDArray[np.uint64]) -> NDArray[np.float32]:
    """The normals of words of any shape, rounded to float32."""
    result, row = np.empty(words.shape, np.float32), words.reshape(-1)
    for start in range(0, row.size, _BLOCK):
        result.reshape(-1)[start : start + _BLOCK] = of_words(row[start : start + _BLOCK])
    return result


def of_words(words: NDArray[np.uint64]) -> Floats:
    """The normal of each of a stream's words, any shape."""
    odd = 2 * (words >> np.uint64(11)).astype(np.int64) + 1 - (1 << 53)
    from_half = odd.astype(np.float64) * 2.0**-54  # exact: an odd number of 53 bits
    result = _centre(from_half)
    outside = portable.absolute(from_half) > _CENTRE
    # Exact: a difference of multiples of 2^-54 below 1.
    tail = _tail(0.5 - portable.absolute(from_half[outside]))
    result[outside] = np.where(from_half[outside] < 0, -tail, tail)
    return result


def _centre(from_half: Floats) -> Floats:
    return from_half * _ratio(_OF_CENTRE, _CENTRE * _CENTRE - from_half * from_half)


def _tail(probability: Floats) -> Floats:
    """The quantile that is exceeded with this `probability`, which is below 0.075."""
    root = np.sqrt(-portable.log(probability))
    result, is_far = _ratio(_OF_TAIL, root - 1.6), root > _FAR
    if is_far.any():  # once in 3 · 10^10 numbers
        result[is_far] = _ratio(_OF_FAR_TAIL, root[is_far] - _FAR)
    return result


def _ratio(function: Rational, x: Floats) -> Floats:
    over, under = (_polynomial(coefficients, x) for coefficients in function)
    return over / under


def _polynomial(coefficients: Sequence[float], x: Floats) -> Floats:
    """Horner's rule."""
    highest, *lower = reversed(coefficients)
    result = np.full_like(x, highest)
    for coefficient in lower:
        result *= x
        result += coefficient
    return result
