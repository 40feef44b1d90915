"""Filters: gentle changes of a window's colour, all in one pass and without a shift of phase.

The spectrum is multiplied by the magnitudes of the analogue filters: Butterworth's of second
order, 12 dB an octave (Butterworth, On the theory of filter amplifiers, 1930), and a shelf of
first order that turns about its pivot. Since nothing is delayed, a window and its filtered
image strike at the same samples.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, fabs, sqrt

import numpy as np
from numpy.typing import NDArray

from approx_build.audio.spectrum import fast_size, inverse_real_fft, real_fft
from approx_build.numerics.portable import gain
from approx_build.numerics.stream import Stream

Floats = NDArray[np.float64]

DECAY = 1.5
"""Periods of the lowest corner after which a filter's answer has fallen by 60 dB."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a window goes through; None leaves one out.

    `tilt` is (dB, pivot in Hz): half of the dB are taken from the bass, half given to the treble.
    """

    highpass_hz: float | None = None
    lowpass_hz: float | None = None
    tilt: tuple[float, float] | None = None

    def margin(self, rate: int) -> int:
        """Samples before and after a window that have a say in it; 0 without filters."""
        corners = [hz for hz in (self.highpass_hz, self.lowpass_hz) if hz is not None]
        if self.tilt is not None:
            corners.append(self.tilt[1] / float(gain(fabs(self.tilt[0]) / 2)))
        return ceil(DECAY * rate / min(corners)) if corners else 0

    def gains(self, frequencies_hz: Floats) -> Floats:
        """The factor of amplitude [F] at each frequency [F]."""
        power = np.ones_like(frequencies_hz)
        if self.highpass_hz is not None:
            x = _fourth_power(frequencies_hz / self.highpass_hz)
            power *= x / (1 + x)
        if self.lowpass_hz is not None:
            power /= 1 + _fourth_power(frequencies_hz / self.lowpass_hz)
        if self.tilt is not None:
            db, pivot_hz = self.tilt
            up, x = float(gain(db / 2)), (frequencies_hz / pivot_hz) * (frequencies_hz / pivot_hz)
            power *= (1 / up + up * x) / (up + x / up)
        return np.sqrt(power)

    def filtered(self, sound: NDArray[np.floating], rate: int) -> Floats:
        """Sound [C, T] of `rate` Hz filtered [C, T], true but for `margin` samples at its ends."""
        length = sound.shape[1]
        size = fast_size(length)
        spectra = real_fft(sound.astype(np.float64), size)
        gains = self.gains(np.arange(spectra.shape[1], dtype=np.float64) * (rate / size))
        return inverse_real_fft(spectra * gains, size)[:, :length]


def _fourth_power(x: Floats) -> Floats:
    return np.asarray((x * x) * (x * x))


_TERMS = 4
"""A sum of four evenly spread numbers is within 4 sigma of a bell; a word of 64 bits has four."""

_MEAN = _TERMS * 65535 / 2
_DEVIATION = sqrt((65536 * 65536 - 1) * _TERMS / 12)


def white(rng: Stream, channels: int, size: int) -> NDArray[np.float64]:
    """Noise [channels, size] of RMS 1 and no sample beyond 3.5, channels apart."""
    quarters = rng.words(channels * size).view(np.uint16).reshape(channels, size, _TERMS)
    return np.asarray((quarters.sum(axis=2, dtype=np.int64) - _MEAN) / _DEVIATION)
