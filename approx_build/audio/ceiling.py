"""The ceiling: how high a sound reads on the strictest of meters, for a limiter to bind.

Three kinds of meters are held at once, since each reads full-band sound differently:
the four times oversampling of `truepeak` with the table of ITU-R BS.1770-4; the interpolation of
libswresample, by which ffmpeg's ebur128 measures (32 taps under a Kaiser window of beta 9, of
which an eighth of a sample is computed here); and the sound itself, band-limited, by eight times
oversampling in the frequency domain. Between the points of an eighth a sound of half the sample
rate can rise by 1/cos(pi/16), 0.17 dB: a meter with more points reads at most MARGIN_DB higher.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from approx_build.audio.spectrum import fast_size, inverse_real_fft, real_fft
from approx_build.audio.truepeak import (
    AFTER,
    BEFORE,
    Filters,
    Samples,
    between,
    largest_gain,
    strict_filters,
)
from approx_build.numerics import portable

Spectra = NDArray[Any]
"""Complex bins [C, F]."""

MARGIN_DB = 0.2
"""What a meter of any oversampling reads above a ceiling at most."""
REACH = 2048
"""Samples around a place that are looked at; those beyond change white noise by 0.05 dB at most."""
OVERSAMPLING = 8

_TAPS, _BETA = 32, 9.0
_PART = 4096
"""Samples worked on at once: they stay in a processor's cache."""
_LARGEST = 6.0
"""How much higher than its samples a sound of 2 * REACH samples can be between them."""
_BETWEEN_HALVES = 1.5
"""How much higher than at every half sample a sound can be between them: sqrt(2), and some."""


@cache
def fine_filters() -> Filters:
    """The phases of libswresample's filter between two samples, each of sum 1."""
    return tuple(_kaiser(phase / OVERSAMPLING) for phase in range(1, OVERSAMPLING))


def _kaiser(after: float) -> tuple[float, ...]:
    """The taps that interpolate `after` samples after one, from the latest sample backwards."""
    away = after - (_TAPS // 2 - np.arange(_TAPS, dtype=np.float64))
    width = away / (_TAPS / 2)
    # Not np.kaiser: it calls exp, which has other bits with another instruction set.
    window = _bessel(_BETA * np.sqrt(np.maximum(1.0 - width * width, 0.0)))
    taps = portable.sin(away * portable.PI) / away * window
    total = 0.0
    for tap in taps:
        total += float(tap)
    return tuple(float(tap) / total for tap in taps)


def _bessel(x: Samples) -> Samples:
    """The modified Bessel function of order 0 by its series, for x up to 10."""
    term, total = np.ones_like(x), np.ones_like(x)
    # Enough terms: at x = 10 the last one is 1e-38.
    for number in range(1, 40):
        term = term * (x * x / (4.0 * number * number))
        total = total + term
    return total


def loudest(data: Samples, above: float = 0.0) -> Samples:
    """What the strictest meter reads at and after each sample, over channels [T].

    `data` [C, REACH + T + REACH]. Where it is not above `above`, 0 may come instead.
    """
    length = data.shape[1] - 2 * REACH
    peaks = np.zeros(length)
    # The transforms take nearly all the time, and most sound is far below a ceiling.
    if portable.absolute(data).max(initial=0.0) * _LARGEST > above:
        peaks = _oversampled(data, above)
    for first in range(0, length, _PART):
        here = slice(first, min(first + _PART, length))
        near = data[:, here.start + REACH - BEFORE : here.stop + REACH + AFTER]
        if portable.absolute(near).max() * largest_gain(strict_filters()) > above:
            peaks[here] = np.maximum(peaks[here], between(near, strict_filters()))
    return peaks


def _oversampled(data: Samples, above: float) -> Samples:
    """What the meters read that oversample, at and after each sample [T]."""
    length, size = data.shape[1] - 2 * REACH, fast_size(data.shape[1])
    spectra = real_fft(data, size)
    # A quarter of the work shows whether more points can find anything above the limit.
    peaks = _points(_band_limited(spectra, size, 2), length, 2)
    if float(peaks.max()) * _BETWEEN_HALVES > above:
        peaks = _points(_band_limited(spectra, size, OVERSAMPLING), length, OVERSAMPLING)
    if portable.absolute(data).max() * largest_gain(fine_filters()) > above:
        filtered = inverse_real_fft(
            _product(_repeated(spectra, size), _response(size)), size * OVERSAMPLING
        )
        peaks = np.maximum(peaks, _points(filtered, length, OVERSAMPLING))
    return peaks


def _points(sound: Samples, length: int, times: int) -> Samples:
    """The largest magnitude of an oversampled sound at and after each sample [T]."""
    inner = sound[:, REACH * times : (REACH + length) * times]
    return np.asarray(portable.absolute(inner).max(axis=0).reshape(length, times).max(axis=1))


def _band_limited(spectra: Spectra, size: int, times: int) -> Samples:
    """The sound of these spectra, and nothing above half its sample rate, oversampled."""
    scaled = spectra * times
    if size % 2 == 0:
        # The bin of half the sample rate is one there and two in the longer transform.
        scaled[:, -1] *= 0.5
    return np.asarray(inverse_real_fft(scaled, size * times), np.float64)


def _repeated(spectra: Spectra, size: int) -> Spectra:
    """The spectra of the same sound with zeros between its samples."""
    # Zeros between samples repeat the whole spectrum; a real transform gives only half of it.
    mirrored = spectra[:, 1 : (size + 1) // 2][:, ::-1].conj()
    whole = np.concatenate((spectra, mirrored), axis=1)
    return np.tile(whole, OVERSAMPLING // 2 + 1)[:, : size * OVERSAMPLING // 2 + 1]


def _product(a: Spectra, b: Spectra) -> Spectra:
    """The products of complex numbers; NumPy's own are fused on some processors."""
    made = np.empty_like(a)
    made.real = a.real * b.real - a.imag * b.imag
    made.imag = a.real * b.imag + a.imag * b.real
    return made


@lru_cache(maxsize=4)
def _response(size: int) -> Spectra:
    """What `fine_filters` do to the spectrum of a sound of `size` samples with zeros between."""
    taps = np.zeros(size * OVERSAMPLING)
    taps[0] = 1.0
    for phase, weights in enumerate(fine_filters(), 1):
        for place, weight in enumerate(weights):
            # A negative index is a tap before the sample: the transform is cyclic.
            taps[phase - OVERSAMPLING * (_TAPS // 2 - place)] = weight
    return real_fft(taps)
