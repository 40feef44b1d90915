"""Inversion: the sound of a spectrogram of magnitudes, by phases of sinusoids and Griffin and Lim.

First phases: each bin belongs to the nearest peak of its frame, and its phase advances from frame
to frame by the peak's frequency (Beauregard, Harish and Wyse, Single pass spectrogram inversion,
2015). The phases before the first frame are random, the same for all clips, so equal spectrograms
are equal sounds. Then iterations of Griffin and Lim (Signal estimation from modified short-time
Fourier transform, 1984): in turn the sound whose spectra are nearest to given ones, and its spectra
with the given magnitudes. No iteration increases the distance of the magnitudes from those given.

Everything is float64, of + - * / and functions with the same bits on every processor.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from approx_build.families.specgan.spectrogram import Doubles, Frames, Spectra
from approx_build.numerics import portable
from approx_build.numerics.stream import Stream
from approx_build.numerics.turn import turn

_LEAST = 1e-8
"""The smallest magnitude whose phase is used, as in the published code."""

_PARTS = 4096
"""Parts of a turn to which first phases are rounded down."""


def inverted(frames: Frames, wanted: Doubles, iterations: int) -> Doubles:
    """A clip [length] with magnitudes near the wanted ones [M, window / 2].

    The bin at half the rate is silent.
    """
    whole = np.zeros((frames.count, frames.window // 2 + 1))
    whole[:, :-1] = wanted
    sound = frames.sound(first_spectra(frames, whole))
    for _ in range(iterations):
        spectra = frames.spectra(sound)
        factors = portable.magnitude(spectra)
        np.maximum(factors, _LEAST, out=factors)
        np.divide(whole, factors, out=factors)
        # Products of real numbers: complex ones may round differently on other processors.
        spectra.real *= factors
        spectra.imag *= factors
        sound = frames.sound(spectra)
    return sound


def first_spectra(frames: Frames, magnitudes: Doubles) -> Spectra:
    """Spectra of the given magnitudes [M, F], as if each peak were a sinusoid."""
    # First phases need no more digits.
    parts = (_turns(frames, magnitudes) * _PARTS).astype(np.int64) & (_PARTS - 1)
    cosines, sines = _circle()
    spectra = np.empty(magnitudes.shape, np.complex128)
    spectra.real = magnitudes * cosines[parts]
    spectra.imag = magnitudes * sines[parts]
    return spectra


@cache
def _circle() -> tuple[Doubles, Doubles]:
    """Cosines and sines of equal parts of a turn."""
    return turn(np.arange(_PARTS), _PARTS)


def _turns(frames: Frames, magnitudes: Doubles) -> Doubles:
    """Phases [M, F] as shares of a turn."""
    bins = magnitudes.shape[1]
    peaks, places = _peaks(magnitudes)
    advance = places * (frames.hop / frames.window)
    # Under a window, neighbours of a sinusoid's bin have opposite signs.
    advance += 0.5 * ((np.arange(bins) - peaks) & 1)
    turns = np.empty(magnitudes.shape)
    before = Stream.named("specgan", "phases").uniforms(bins)
    for frame, now in enumerate(turns):
        np.add(before[peaks[frame]], advance[frame], out=now)
        now -= np.floor(now)
        before = now
    return turns


def _peaks(magnitudes: Doubles) -> tuple[NDArray[np.int64], Doubles]:
    """For each bin [M, F] the bin of the nearest peak, the lower of two, and where its top is.

    A peak is a bin above both neighbours; the top is that of the parabola through the three. In a
    frame without a peak, each bin is its own.
    """
    low, middle, high = magnitudes[:, :-2], magnitudes[:, 1:-1], magnitudes[:, 2:]
    is_peak = np.zeros(magnitudes.shape, bool)
    is_peak[:, 1:-1] = (middle > low) & (middle >= high)
    bend = low - 2.0 * middle + high
    tops = np.zeros(magnitudes.shape)
    # At a peak the parabola bends down, and its top is within half a bin; rounding may flatten it.
    tops[:, 1:-1] = 0.5 * (low - high) / np.where(is_peak[:, 1:-1] & (bend < 0), bend, 1.0)
    tops = np.minimum(np.maximum(tops, -0.5), 0.5)
    bins = np.arange(magnitudes.shape[1])
    far = 4 * bins.size
    below = np.maximum.accumulate(np.where(is_peak, bins, -far), axis=1)
    above = np.minimum.accumulate(np.where(is_peak, bins, far)[:, ::-1], axis=1)[:, ::-1]
    nearest = np.where(bins - below <= above - bins, below, above)
    nearest = np.where((nearest < 0) | (nearest >= bins.size), bins, nearest)
    places = nearest + np.take_along_axis(np.where(is_peak, tops, 0.0), nearest, axis=1)
    return nearest, places
