"""The ceiling: the reading of the strictest meter for a sound, which a limiter must keep down.

Three kinds of meters are combined, because they differ for sound near half the sample rate: the
four times oversampling of `truepeak` with the table of ITU-R BS.1770-4; the interpolation of
libswresample, with which ffmpeg's ebur128 measures (32 taps under a Kaiser window of beta 9, of
which eighths of a sample are computed here); and the band-limited sound itself, by eight times
oversampling in the frequency domain. Between points that are an eighth of a sample apart, a sound
at half the sample rate can rise by 1/cos(pi/16), 0.17 dB. So a meter with more points reads at most
MARGIN_DB higher.
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
"""The most that a meter of any oversampling can read above a ceiling."""
REACH = 2048
"""Samples used on either side; those beyond change white noise by 0.05 dB at most."""
OVERSAMPLING = 8

_TAPS, _BETA = 32, 9.0
_PART = 4096
"""Samples processed at once; they fit into a processor's cache."""
_LARGEST = 6.0
"""Largest ratio of the peak between samples to the samples, for a sound of 2 * REACH samples."""
_BETWEEN_HALVES = 1.5
"""Largest ratio of a sound's peak to its values at half samples: slightly above sqrt(2)."""


@cache
def fine_filters() -> Filters:
    """The phases of libswresample's filter between two samples; the sum of each is 1."""
    return tuple(_kaiser(phase / OVERSAMPLING) for phase in range(1, OVERSAMPLING))


def _kaiser(after: float) -> tuple[float, ...]:
    """The taps for a point `after` samples after a sample, the latest sample first."""
    away = after - (_TAPS // 2 - np.arange(_TAPS, dtype=np.float64))
    width = away / (_TAPS / 2)
    # Not np.kaiser: it calls exp, whose bits depend on the instruction set.
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
    """The reading of the strictest meter at and after each sample, over channels [T].

    `data` is [C, REACH + T + REACH]. Readings that are not above `above` may be 0 instead.
    """
    length = data.shape[1] - 2 * REACH
    peaks = np.zeros(length)
    # The transforms take nearly all the time, and most sound is far below the ceiling.
    if portable.absolute(data).max(initial=0.0) * _LARGEST > above:
        peaks = _oversampled(data, above)
    for first in range(0, length, _PART):
        here = slice(first, min(first + _PART, length))
        near = data[:, here.start + REACH - BEFORE : here.stop + REACH + AFTER]
        if portable.absolute(near).max() * largest_gain(strict_filters()) > above:
            peaks[here] = np.maximum(peaks[here], between(near, strict_filters()))
    return peaks


def _oversampled(data: Samples, above: float) -> Samples:
    """The readings of the meters that oversample, at and after each sample [T]."""
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
    """The sound of these spectra, oversampled, with nothing above half its sample rate."""
    scaled = spectra * times
    if size % 2 == 0:
        # The bin of half the sample rate occurs once here and twice in the longer transform.
        scaled[:, -1] *= 0.5
    return np.asarray(inverse_real_fft(scaled, size * times), np.float64)


def _repeated(spectra: Spectra, size: int) -> Spectra:
    """The spectra of the same sound with zeros inserted between its samples."""
    # Zeros between samples repeat the whole spectrum; a real transform gives only half of it.
    mirrored = spectra[:, 1 : (size + 1) // 2][:, ::-1].conj()
    whole = np.concatenate((spectra, mirrored), axis=1)
    return np.tile(whole, OVERSAMPLING // 2 + 1)[:, : size * OVERSAMPLING // 2 + 1]


def _product(a: Spectra, b: Spectra) -> Spectra:
    """Products of complex numbers; those of NumPy are fused on some processors."""
    made = np.empty_like(a)
    made.real = a.real * b.real - a.imag * b.imag
    made.imag = a.real * b.imag + a.imag * b.real
    return made


@lru_cache(maxsize=4)
def _response(size: int) -> Spectra:
    """The response of `fine_filters` for a sound of `size` samples with inserted zeros."""
    taps = np.zeros(size * OVERSAMPLING)
    taps[0] = 1.0
    for phase, weights in enumerate(fine_filters(), 1):
        for place, weight in enumerate(weights):
            # A negative index is a tap before the sample: the transform is cyclic.
            taps[phase - OVERSAMPLING * (_TAPS // 2 - place)] = weight
    return real_fft(taps)
