"""Spectrograms of clips, their logarithms, and the moments that normalise these.

Conventions: frame m is centred on sample (m + ½) hop, so that both ends of a clip are covered
alike; sound outside the clip is silence; the window is the periodic Hann. (The published code
begins frame m at m hop, where the first samples are hardly covered.) Everything is float64 with the
same bits on every processor.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from approx_build.kernels import fft
from approx_build.numerics import portable
from approx_build.numerics.window import hann

Doubles = NDArray[np.float64]
Spectra = NDArray[np.complex128]
"""Spectra [M, F] of frames, F = window / 2 + 1 bins from 0 Hz to half the rate."""

LEAST_MAGNITUDE = 1e-6
"""Added to magnitudes before their logarithm."""
LEAST_DEVIATION = 1e-3
"""The smallest deviation that is divided by: in silence all levels are equal."""
DEVIATIONS = 3.0
"""Levels are clipped this many deviations from their mean."""


@dataclass(frozen=True)
class Frames:
    """Frames of `window` samples every `hop`, so many that they cover a clip of `length`."""

    window: int
    hop: int
    length: int

    @property
    def count(self) -> int:
        """Number of frames."""
        return self.length // self.hop

    @property
    def _before(self) -> int:
        """Samples of silence before the clip in the first frame."""
        return (self.window - self.hop) // 2

    def spectra(self, sound: NDArray[np.floating]) -> Spectra:
        """The spectra [M, F] of the frames of a clip [length]."""
        whole = np.zeros((self.count - 1) * self.hop + self.window)
        whole[self._before : self._before + self.length] = sound
        frames = np.lib.stride_tricks.sliding_window_view(whole, self.window)[:: self.hop]
        return np.asarray(fft.rfft(frames, hann(self.window)), np.complex128)

    def sound(self, spectra: Spectra) -> Doubles:
        """The clip [length] whose spectra are nearest to given ones [M, F] (least squares)."""
        folds = self.window // self.hop
        pieces = fft.irfft(spectra, hann(self.window)).reshape(-1, folds, self.hop)
        total = np.zeros((len(pieces) + folds - 1, self.hop))
        for fold in range(folds):
            total[fold : fold + len(pieces)] += pieces[:, fold]
        inside = slice(self._before, self._before + self.length)
        return np.asarray(total.reshape(-1)[inside] / _squared_windows(self)[inside])

    def levels(self, sound: NDArray[np.floating]) -> Doubles:
        """Logarithms of the magnitudes [M, window / 2] of a clip [length]."""
        magnitudes = portable.magnitude(self.spectra(sound)[:, :-1])
        return portable.log(magnitudes + LEAST_MAGNITUDE)


@lru_cache(maxsize=16)
def _squared_windows(frames: Frames) -> Doubles:
    """The sum of the squared windows of all frames at each sample, silence before included."""
    total = np.zeros((frames.count - 1) * frames.hop + frames.window)
    squared = hann(frames.window) * hann(frames.window)
    for frame in range(frames.count):
        total[frame * frames.hop :][: frames.window] += squared
    return total


def moments(levels: NDArray[np.floating]) -> tuple[Doubles, Doubles]:
    """Mean and deviation [F] of levels [M, F] of many frames."""
    wide = np.asarray(levels, np.float64)
    mean = wide.mean(axis=0)
    deviation = np.sqrt(np.square(wide - mean).mean(axis=0))
    return mean, np.maximum(deviation, LEAST_DEVIATION)


def magnitudes(
    normalised: NDArray[np.floating], mean: NDArray[np.floating], deviation: NDArray[np.floating]
) -> Doubles:
    """The magnitudes [M, F] of levels that were normalised to -1 … 1 by moments [F]."""
    wide, mean, deviation = (np.asarray(a, np.float64) for a in (normalised, mean, deviation))
    return portable.exp(wide * (DEVIATIONS * deviation) + mean)
