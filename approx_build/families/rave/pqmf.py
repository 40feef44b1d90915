"""Pseudo-quadrature mirror filters: sound to bands and back, nearly lossless, without a delay.

A bank of cosine-modulated filters (Nguyen, IEEE Transactions on Signal Processing 42(1), 1994)
whose prototype is a Kaiser window's low-pass. Its cut-off minimises the autocorrelation at even
multiples of the number of bands (Lin and Vaidyanathan, IEEE Signal Processing Letters 5(6), 1998);
the minimum is a constant here, because the last digits of optimisers are not portable. The error
of a round trip is below -59 dB.

Convention: sound [T] is folded into rows of M samples, M being the number of bands, so that both
directions are convolutions over rows. Row n of the bands is centred on sample M n - 1. Every second
row of every second band is negated, which reverses the spectrum of these bands.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from approx_build.kernels.tensors import Floats
from approx_build.numerics import portable
from approx_build.numerics.turn import turn

Doubles = NDArray[np.float64]

_ATTENUATION_DB = 100.0
_CUT_OFF = {4: 0.42987435, 8: 0.21493717, 16: 0.10751953}
"""Number of bands -> cut-off of the prototype, radians per sample."""
_BESSEL_TERMS = 60
"""More terms than the series needs at the largest argument used here."""


@lru_cache(maxsize=4)
def filters(bands: int) -> Doubles:
    """The filter of each band [M, L], L being a power of two."""
    prototype = _prototype(bands)
    taps = len(prototype)
    size = 1 << (taps - 1).bit_length()
    at = np.arange(taps) - taps // 2
    numbers = np.arange(bands)[:, np.newaxis]
    # An eighth of a turn back or forth is M parts of the 8 M that a turn has.
    parts = 2 * (2 * numbers + 1) * at + np.where(numbers % 2, -bands, bands)
    found = 2.0 * prototype * turn(parts, 8 * bands)[0]
    left = (size - taps) // 2
    return np.pad(found, ((0, 0), (left, size - taps - left)))


@lru_cache(maxsize=4)
def analysis(bands: int) -> Floats:
    """The weight [M, M, L / M + 1] of the convolution that turns rows of sound into bands.

    The last tap is 0, so that the others are centred.
    """
    made = filters(bands).reshape(bands, -1, bands).transpose(0, 2, 1)
    return np.ascontiguousarray(np.pad(made, ((0, 0), (0, 0), (0, 1))), np.float32)


@lru_cache(maxsize=4)
def synthesis(bands: int) -> Floats:
    """The weight [M, M, L / M + 1] of the convolution that turns bands into rows of sound.

    It is M times the adjoint of the analysis. The first tap is 0, so that the others are centred.
    """
    phases = bands * filters(bands).reshape(bands, -1, bands)
    # The oldest row of the bands is multiplied by the last part of the filter.
    made = phases.transpose(2, 0, 1)[:, :, ::-1]
    return np.ascontiguousarray(np.pad(made, ((0, 0), (0, 0), (1, 0))), np.float32)


def folded(sound: Floats, bands: int) -> Floats:
    """Sound [T] as rows [T / M, M]."""
    return sound.reshape(-1, bands)


def flipped(bands: Floats) -> Floats:
    """Bands [rows, M] with every second row of every second band negated; its own inverse."""
    made = bands.copy()
    np.negative(made[::2, 1::2], out=made[::2, 1::2])
    return made


def _prototype(bands: int) -> Doubles:
    """The low-pass [N] that all bands share; N is odd."""
    cut_off = _CUT_OFF[bands]
    # Kaiser's formulas, with the cut-off as the width of the transition.
    taps = math.ceil((_ATTENUATION_DB - 7.95) / 2.285 / cut_off + 1)
    taps = 2 * (taps // 2) + 1
    beta = 0.1102 * (_ATTENUATION_DB - 8.7)
    at = (np.arange(taps) - taps // 2).astype(np.float64)
    middle = taps // 2
    window = _bessel(beta * np.sqrt(np.maximum(1.0 - np.square(at / middle), 0.0)))
    window = window / _bessel(np.array([beta]))[0]
    angles = portable.PI * at
    angles[middle] = 1.0  # the limit is set below
    low_pass = portable.sin(cut_off * at) / angles
    low_pass[middle] = cut_off / portable.PI
    return np.asarray(low_pass * window)


def _bessel(x: Doubles) -> Doubles:
    """The modified Bessel function of the first kind and order 0, by its series."""
    quarter = x * x / 4.0
    term, total = np.ones_like(x), np.ones_like(x)
    for number in range(1, _BESSEL_TERMS):
        term = term * quarter / float(number * number)
        total = total + term
    return total
