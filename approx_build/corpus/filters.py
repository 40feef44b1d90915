"""Filters: gentle changes of a window's spectral colour, in one pass and without phase shift.

The spectrum is multiplied by the magnitudes of the analogue filters: second-order Butterworth, 12
dB an octave (Butterworth, On the theory of filter amplifiers, 1930), and a first-order shelf around
a pivot frequency. Since nothing is delayed, attacks stay at the same samples.
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
"""Periods of the lowest corner frequency after which a filter's response has fallen by 60 dB."""


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters of a window; None leaves one out.

    `tilt` is (dB, pivot in Hz): the bass loses half of the dB, the treble gains half.
    """

    highpass_hz: float | None = None
    lowpass_hz: float | None = None
    tilt: tuple[float, float] | None = None

    def margin(self, rate: int) -> int:
        """Samples before and after a window that influence it; 0 without filters."""
        corners = [hz for hz in (self.highpass_hz, self.lowpass_hz) if hz is not None]
        if self.tilt is not None:
            # The lower corner of a shelf is below its pivot by half of its gain.
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
        """Sound [C, T] of `rate` Hz filtered [C, T]; exact but for `margin` samples at its ends."""
        length = sound.shape[1]
        # Cyclic: the ends of the sound influence each other, but only within the margin.
        size = fast_size(length)
        spectra = real_fft(sound.astype(np.float64), size)
        gains = self.gains(np.arange(spectra.shape[1], dtype=np.float64) * (rate / size))
        return inverse_real_fft(spectra * gains, size)[:, :length]


def _fourth_power(x: Floats) -> Floats:
    return np.asarray((x * x) * (x * x))


_TERMS = 4
"""A sum of four uniform numbers stays within 4 sigma; a word of 64 bits contains four."""

_MEAN = _TERMS * 65535 / 2
_DEVIATION = sqrt((65536 * 65536 - 1) * _TERMS / 12)


def white(rng: Stream, channels: int, size: int) -> NDArray[np.float64]:
    """Noise [channels, size] with RMS 1 and no sample beyond 3.5, independent channels."""
    quarters = rng.words(channels * size).view(np.uint16).reshape(channels, size, _TERMS)
    return np.asarray((quarters.sum(axis=2, dtype=np.int64) - _MEAN) / _DEVIATION)
