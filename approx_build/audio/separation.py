"""Harmonic/percussive separation of a sound by median filtering its spectrogram.

Fitzgerald, Harmonic/percussive separation using median filtering, 2010; the margin from
Driedger, Mueller and Disch, Extending harmonic-percussive separation of audio signals, 2014.
Steady tones are ridges along time, strokes along frequency: a median along time keeps the first,
one along frequency the second, and each number of the spectrum goes to the larger (soft mask of
power 2). Equal to librosa.effects.harmonic and percussive to within 1e-6 of full scale.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from approx_build.audio.spectrum import Mono, OverlapAdd, Spectrum, Stft
from approx_build.numerics.median import running_median
from approx_build.numerics.portable import magnitude

Part = Literal["harmonic", "percussive"]
Magnitudes = NDArray[np.float32]

_BLOCK = 512
"""Number of frames processed at a time, so that memory does not grow with the clip."""


@dataclass(frozen=True)
class Separation:
    """The settings of a separation; `kernel` is the odd number of frames or bins of the medians.

    With a `margin` above 1, a part keeps only what exceeds the other part by that factor, and the
    sum of the two parts is no longer the whole. It is a number, or one for each frame [M].
    """

    margin: float | Magnitudes = 1.0
    kernel: int = 31
    stft: Stft = field(default_factory=Stft)

    def apply(self, samples: Mono, part: Part) -> Mono:
        """One part [T] of `samples` [T]."""
        count = self.stft.frames(samples.size)
        adder = OverlapAdd(self.stft, samples.size)
        for start in range(0, count, _BLOCK):
            stop = min(start + _BLOCK, count)
            adder.add(self._masked(samples, part, start, stop))
        return adder.result()

    def _masked(self, samples: Mono, part: Part, start: int, stop: int) -> Spectrum:
        """Frames `start` to `stop` of one part [M, F]."""
        radius = self.kernel // 2
        first = max(start - radius, 0)
        last = min(stop + radius, self.stft.frames(samples.size))
        spectrum = self.stft.forward(samples, first, last)
        size = magnitude(spectrum).astype(np.float32, copy=False)
        own = slice(start - first, stop - first)
        before, after = radius - (start - first), radius - (last - stop)
        along_time = running_median(_mirrored(size, before, after), self.kernel)
        along_frequency = running_median(_mirrored(size[own].T, radius, radius), self.kernel).T
        kept, other = along_time, along_frequency
        if part == "percussive":
            kept, other = other, kept
        margin = np.asarray(self.margin, np.float32)
        if margin.ndim:
            margin = margin[start:stop, np.newaxis]
        mask = soft_mask(kept, other * margin, margin == 1)
        return _scaled(spectrum[own], mask)


def soft_mask(
    kept: Magnitudes, other: Magnitudes, splits: bool | np.bool_ | NDArray[np.bool_]
) -> Magnitudes:
    """kept^2 / (kept^2 + other^2); where both are 0, a half if it `splits` there, else 0."""
    larger: Magnitudes = np.maximum(kept, other)
    is_nothing = larger < np.finfo(np.float32).tiny
    larger[is_nothing] = 1
    # Divided by the larger before squaring, so that no square underflows.
    kept, other = kept / larger, other / larger
    kept, other = kept * kept, other * other
    other += kept
    other[is_nothing] = 1
    mask: Magnitudes = np.divide(kept, other, out=other)
    mask[is_nothing] = np.broadcast_to(np.where(splits, 0.5, 0), mask.shape)[is_nothing]
    return mask


def _scaled(spectrum: Spectrum, mask: Magnitudes) -> Spectrum:
    """Spectrum times real mask, by real and imaginary parts, without complex products."""
    result = np.empty_like(spectrum)
    np.multiply(spectrum.real, mask, out=result.real)
    np.multiply(spectrum.imag, mask, out=result.imag)
    return result


def _mirrored(x: Magnitudes, before: int, after: int) -> Magnitudes:
    """`x` [N, M] with rows mirrored about its first and last, which are repeated."""
    # As in SciPy's median filter, which librosa uses.
    return np.pad(x, ((before, after), (0, 0)), mode="symmetric")
