"""Spectral distance: compares the spectra of two sets of sounds without aligning them in time.

Takes are not aligned with recordings, so distributions are compared, not frames: of each bin, over
all frames of a set, the mean power and the quantiles of level. The mean difference of two quantile
functions is the Wasserstein distance of the two distributions (Peyré and Cuturi, Computational
optimal transport, 2019, remark 2.30). Resolutions and the two terms, spectral convergence and log
magnitude, are those of the multi-resolution STFT loss (Yamamoto, Song and Kim, Parallel WaveGAN,
2020), made symmetric. All distances are 0 for equal sets and do not depend on the order of sounds.

Off the path of a sample: it compares sounds and makes no sound.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from approx_build.audio.spectrum import real_fft
from approx_build.numerics.window import hann

Mono = NDArray[np.float32]
Levels = NDArray[np.float64]

SIZES = (512, 1024, 2048)
"""Window sizes in samples; the hop is a quarter of the size."""
MEAN_SIZE = 1024
QUANTILES = (np.arange(16) + 0.5) / 16
FLOOR_DB = -90.0
"""Levels below this, relative to a full-scale sine, count as this."""
MOST_FRAMES = 8192
"""From a longer set, frames are taken at equal distances, so that hours need no more memory."""


@dataclass(frozen=True)
class Spectra:
    """The distribution of levels of a set: mean [F], quantiles [Q, F] by window, dB."""

    mean: Levels
    quantiles: Mapping[int, Levels]

    @classmethod
    def of(cls, sounds: Sequence[Mono]) -> Spectra:
        """The spectra of `sounds`, each [T]; ValueError when there is none."""
        if not sounds:
            raise ValueError("a set of no sounds has no spectrum")
        quantiles = {}
        for size in SIZES:
            power = powers(sounds, size)
            quantiles[size] = np.quantile(_decibels(power), QUANTILES, axis=0)
            if size == MEAN_SIZE:
                mean = _decibels(power.mean(axis=0, dtype=np.float64))
        return cls(mean, quantiles)


@dataclass(frozen=True, slots=True)
class Distance:
    """How far two sets lie apart; symmetric.

    log_spectral_db  root mean square difference of the mean power spectra; gain of g dB adds g
    colour_db        the same with both at equal level: gain adds nothing
    levels_db        mean Wasserstein distance of the levels of each bin; gain of g dB alone gives g
    convergence      the quantiles' magnitudes' difference as a share of their size, 0 to 2
    """

    log_spectral_db: float
    colour_db: float
    levels_db: float
    convergence: float


def distance(one: Spectra, other: Spectra) -> Distance:
    """The distance of two sets of sounds with one sample rate."""
    difference = one.mean - other.mean
    pairs = [(one.quantiles[size], other.quantiles[size]) for size in SIZES]
    return Distance(
        log_spectral_db=_root_mean_square(difference),
        colour_db=_root_mean_square(difference - difference.mean()),
        levels_db=float(np.mean([np.abs(a - b).mean() for a, b in pairs])),
        convergence=float(np.mean([_convergence(a, b) for a, b in pairs])),
    )


def powers(sounds: Sequence[Mono], size: int) -> NDArray[np.float32]:
    """Power spectra of the frames of all sounds [M, F]; a sine of amplitude 1 reads 1."""
    window = hann(size)
    # Levels must not depend on the size of the window.
    window = window / (window.sum() / 2)
    hop = max(size // 4, sum(sound.size for sound in sounds) // MOST_FRAMES)
    frames = np.concatenate([_frames(sound, size, hop) for sound in sounds])
    return np.asarray(np.abs(real_fft(frames, window=window)) ** 2, np.float32)


def _frames(sound: Mono, size: int, hop: int) -> Mono:
    """The frames that are completely in `sound` [M, size], or one frame padded with silence."""
    padded = np.pad(sound, (0, max(0, size - sound.size)))
    return np.lib.stride_tricks.sliding_window_view(padded, size)[::hop]


def _decibels(power: NDArray[np.floating]) -> Levels:
    return 10 * np.log10(np.maximum(power.astype(np.float64), 10 ** (FLOOR_DB / 10)))


def _convergence(one: Levels, other: Levels) -> float:
    first, second = 10 ** (one / 20), 10 ** (other / 20)
    size = _length(first) + _length(second)
    return float(2 * _length(first - second) / size)


def _length(values: Levels) -> float:
    # Not np.linalg.norm, which sums by BLAS, whose order depends on positions in memory.
    return float(np.sqrt(np.sum(values * values)))


def _root_mean_square(values: Levels) -> float:
    return float(np.sqrt(np.mean(values * values)))
