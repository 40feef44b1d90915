"""Short-time Fourier transform and its inverse, with frames centred on their times.

Convention, as librosa's: frame `m` is centred on sample `m * hop`, sound outside the clip is
silence, the window is the periodic Hann. float32 in and out, complex64 between; transforms and
windows are computed in float64 and rounded once. The inverse is least-squares (Griffin and Lim,
Signal estimation from modified short-time Fourier transform, 1984): windowed again, overlap-added,
divided by the sum of squared windows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from approx_build.kernels import fft
from approx_build.numerics.window import hann

Mono = NDArray[np.float32]
"""Samples of one channel [T]."""

Spectrum = NDArray[np.complex64]
"""Frames of a spectrogram [M, F], F = size / 2 + 1 bins from 0 Hz up."""


def real_fft(
    frames: NDArray[Any], size: int | None = None, window: NDArray[np.float64] | None = None
) -> NDArray[Any]:
    """Spectra [..., F] of real frames [..., T], zero-padded to `size`, in their precision.

    The frames are multiplied by the window first. `size` is even and has only small prime factors.
    """
    if size is not None and size != frames.shape[-1]:
        padded = np.zeros((*frames.shape[:-1], size), frames.dtype)
        padded[..., : frames.shape[-1]] = frames
        frames = padded
    return fft.rfft(frames, window)


def inverse_real_fft(
    spectra: NDArray[Any], size: int, window: NDArray[np.float64] | None = None
) -> NDArray[Any]:
    """Real frames [..., size] of spectra [..., F], times the window, in their precision.

    Bins after the given F are 0.
    """
    bins, given = size // 2 + 1, spectra.shape[-1]
    if given > bins:
        raise ValueError(f"{given} bins are not the spectrum of {size} samples")
    if given < bins:
        padded = np.zeros((*spectra.shape[:-1], bins), spectra.dtype)
        padded[..., :given] = spectra
        spectra = padded
    return fft.irfft(spectra, window)


def in_bands(powers: NDArray[Any], weights: NDArray[Any]) -> NDArray[np.float64]:
    """Weighted sums of bins, from low to high: powers [M, F], weights [F, B] -> [M, B].

    Not a matrix product: BLAS sums in an order that depends on the processor, and on the position
    of an array in memory.
    """
    bins = np.ascontiguousarray(powers.T, np.float64)
    sums = np.zeros((weights.shape[1], len(powers)))
    for band, place in zip(*np.nonzero(weights.T), strict=True):
        sums[band] += bins[place] * float(weights[place, band])
    return np.ascontiguousarray(sums.T)


def fast_size(length: int) -> int:
    """The smallest size from `length` on with a fast transform."""
    return fft.fast_size(length)


@dataclass(frozen=True)
class Stft:
    """Transforms of `size` samples, a power of two, every `hop`, a divisor of `size / 4`."""

    size: int = 2048
    hop: int = 512

    def __post_init__(self) -> None:
        if self.size & (self.size - 1) or self.hop < 1 or self.size // 4 % self.hop:
            raise ValueError(f"no transform of {self.size} samples every {self.hop}")

    def frames(self, length: int) -> int:
        """The number of frames of `length` samples."""
        return 1 + length // self.hop

    def forward(self, samples: Mono, start: int = 0, stop: int | None = None) -> Spectrum:
        """Frames `start` to `stop` (all of them by default) of `samples` [T] -> [M, F]."""
        stop = self.frames(samples.size) if stop is None else stop
        first = start * self.hop - self.size // 2
        last = (stop - 1) * self.hop + self.size // 2
        piece = np.zeros(last - first, np.float32)
        inside = slice(max(first, 0), min(last, samples.size))
        piece[inside.start - first : inside.stop - first] = samples[inside]
        frames = np.lib.stride_tricks.sliding_window_view(piece, self.size)[:: self.hop]
        return real_fft(frames, window=self._window)

    def inverse(self, spectrum: Spectrum, length: int) -> Mono:
        """Samples [length] from all frames [M, F] of a clip of that length."""
        adder = OverlapAdd(self, length)
        adder.add(spectrum)
        return adder.result()

    @cached_property
    def _window(self) -> NDArray[np.float64]:
        return np.asarray(hann(self.size))


class OverlapAdd:
    """The inverse of a transform, frame by frame; the grouping of frames changes no bit."""

    def __init__(self, stft: Stft, length: int) -> None:
        self._stft = stft
        self._folds = stft.size // stft.hop
        self._length = length
        self._done = 0
        hops = stft.frames(length) + self._folds
        self._sound = np.zeros((hops, stft.hop), np.float32)

    def add(self, spectrum: Spectrum) -> None:
        """The next frames [M, F]."""
        window = self._stft._window
        pieces = inverse_real_fft(spectrum, self._stft.size, window)
        pieces = pieces.reshape(len(pieces), self._folds, self._stft.hop)
        # The latest part of each frame last, so that every sample adds its frames in the same
        # order.
        for fold in reversed(range(self._folds)):
            start = self._done + fold
            self._sound[start : start + len(pieces)] += pieces[:, fold]
        self._done += len(pieces)

    def result(self) -> Mono:
        """The samples [length], after all frames were added."""
        if self._done != self._stft.frames(self._length):
            raise ValueError(f"{self._done} frames are not all of {self._length} samples")
        self._divide_by_windows()
        first = self._stft.size // 2
        return self._sound.reshape(-1)[first : first + self._length]

    def _divide_by_windows(self) -> None:
        """Divide each sample by the sum of the squared windows at that sample."""
        window = hann(self._stft.size).reshape(self._folds, -1)
        squares = (window * window).astype(np.float32)
        inner = range(self._folds, self._done)
        for hop in sorted(set(range(len(self._sound))).difference(inner)):
            folds = [fold for fold in range(self._folds) if 0 <= hop - fold < self._done]
            total = squares[folds].sum(axis=0)
            # The window begins with 0: a sample that no window covers remains 0.
            self._sound[hop] /= np.where(total > 0, total, 1)
        self._sound[inner.start : inner.stop] /= squares.sum(axis=0)
