"""Sines cut off by Kaiser's window: low-pass filters of any steepness, by + - * / alone.

Kaiser, Nonrecursive digital filter design using the I0-sinh window function, 1974: the attenuation
of the stop band and the width of the transition determine the window's shape and length.
"""

from __future__ import annotations

import ctypes
import os
from ctypes import c_double, c_int64, c_void_p
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from approx_build.kernels.compiled import VARIABLE, Kernel, function
from approx_build.kernels.fft import chosen
from approx_build.numerics.portable import PI

Values = NDArray[np.float64]

_TERMS = 64
_SINE = (
    *(3.141592653589793, -5.16771278004997, 2.550164039877345, -0.5992645293207921),
    *(0.08214588661112823, -0.00737043094571435, 0.00046630280576761255),
    *(-2.1915353447830217e-05, 7.952054001475513e-07, -2.2948428997269873e-08),
    *(5.392664662608128e-10, -1.0518471716932064e-11),
)
"""sin(pi u) by odd powers of u."""


@dataclass(frozen=True)
class WindowedSinc:
    """Flat up to `pass_`, `db` down from `stop` (shares of the Nyquist frequency)."""

    pass_: float
    stop: float
    db: float

    @property
    def cut(self) -> float:
        """The middle of the transition."""
        return (self.pass_ + self.stop) * 0.5

    @property
    def half(self) -> float:
        """Half its length in samples."""
        return (self.db - 7.95) / (2.285 * PI * (self.stop - self.pass_)) * 0.5

    @property
    def quarter(self) -> float:
        """A quarter of the square of Kaiser's beta."""
        beta = 0.1102 * (self.db - 8.7)
        return beta * beta * 0.25

    @cached_property
    def peak(self) -> float:
        """The maximum of the window before normalisation."""
        result = 1.0
        for k in range(_TERMS, 0, -1):
            result = result * (self.quarter * (1.0 / (k * k))) + 1.0
        return result

    def at(self, places: Values) -> Values:
        """The values at positions in samples, of any shape."""
        places = np.ascontiguousarray(places, np.float64)
        kernel = chosen(os.environ.get(VARIABLE))
        if kernel is Kernel.REFERENCE:
            return self.by_reference(places)
        values = np.empty(places.shape)
        shape = self.cut, self.half, self.quarter, self.peak
        _function(kernel)(*shape, places.ctypes.data, values.ctypes.data, places.size)
        return values

    def by_reference(self, places: Values) -> Values:
        """The rule in NumPy, with the same bits as `at`."""
        share = places / self.half
        rest = 1.0 - share * share
        window = _bessel(self.quarter * np.maximum(rest, 0.0)) / self.peak
        is_middle = places == 0
        # At 0 the quotient would be 0 / 0; its limit is `cut`.
        nonzero = np.where(is_middle, 1.0, places)
        sinc = np.where(is_middle, self.cut, _sin_pi(self.cut * nonzero) / (PI * nonzero))
        return np.where(rest > 0, sinc * window, 0.0)


def _bessel(q: Values) -> Values:
    """I0(2 sqrt(q)), the sum of q^k / k!^2, by Horner's rule."""
    result = np.ones_like(q)
    for k in range(_TERMS, 0, -1):
        result = result * (q * (1.0 / (k * k))) + 1.0
    return result


def _sin_pi(u: Values) -> Values:
    """sin(pi u): u minus its nearest whole number, then Taylor's series by Horner's rule."""
    # Ties are rounded away from 0, as in C, not to even as with rint().
    whole = np.trunc(np.where(u < 0, u - 0.5, u + 0.5))
    rest = u - whole
    square = rest * rest
    result = np.full_like(u, _SINE[-1])
    for term in reversed(_SINE[:-1]):
        result = result * square + term
    result = result * rest
    return np.where(whole.astype(np.int64) & 1, -result, result)


@cache
def _function(kernel: Kernel) -> ctypes._NamedFuncPointer:
    found = function("windowed_sinc", kernel)
    found.restype = None
    found.argtypes = [*[c_double] * 4, c_void_p, c_void_p, c_int64]
    return found
