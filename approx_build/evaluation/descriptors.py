"""Descriptors of a set of sounds: levels, silence, noise and tone, and movement.

Off the path of a sample: it measures sounds and makes none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from approx_build.evaluation.spectral_distance import powers

Mono = NDArray[np.float32]

FRAME_S = 0.05
SILENT_DBFS = -60.0
PITCHES_HZ = (70.0, 700.0)
"""The range in which a period is searched, Hz."""
_SIZE = 2048
_FLATNESS_FLOOR = 1e-12
_FLUX_FLOOR = 1e-9
_NO_LEVEL_DBFS = -120.0


@dataclass(frozen=True, slots=True)
class Character:
    """What a set of sounds is like. Without a sounding frame the last three are 0.

    rms_dbfs     root mean square of all samples
    peak_dbfs    the largest sample
    silent       share of frames of 50 ms below -60 dBFS
    flatness     median over sounding frames of the geometric over the arithmetic mean of the power
                 spectrum (Johnston, 1988): 0 a tone, 0.56 white noise; blind to gain
    harmonicity  median over sounding frames of the highest peak of the normalised autocorrelation
                 (Boersma, 1993) of a period between 70 and 700 Hz: 1 periodic; blind to gain
    flux_db      root mean square change of the spectrum from frame to frame: movement
    """

    rms_dbfs: float
    peak_dbfs: float
    silent: float
    flatness: float
    harmonicity: float
    flux_db: float


def character(sounds: Sequence[Mono], rate: int) -> Character:
    """The descriptors of `sounds` together, each [T] at `rate` Hz; ValueError without sounds."""
    if not sounds:
        raise ValueError("a set of no sounds is like nothing")
    sounding = [frame for sound in sounds for frame in _sounding(sound)]
    return Character(
        rms_dbfs=_dbfs(float(np.sqrt(np.mean(np.concatenate(sounds).astype(np.float64) ** 2)))),
        peak_dbfs=_dbfs(max(float(np.abs(sound).max(initial=0)) for sound in sounds)),
        silent=_silent(sounds, rate),
        flatness=float(np.median([_flatness(frame) for frame in sounding])) if sounding else 0.0,
        harmonicity=_harmonicity(np.stack(sounding), rate) if sounding else 0.0,
        flux_db=_flux(sounds) if sounding else 0.0,
    )


def _sounding(sound: Mono) -> list[Mono]:
    """The frames of a sound that are not silent, overlapping by half."""
    padded = np.pad(sound, (0, max(0, _SIZE - sound.size)))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _SIZE)[:: _SIZE // 2]
    power = np.mean(frames.astype(np.float64) ** 2, axis=1)
    return list(frames[power > 10 ** (SILENT_DBFS / 10)])


def _silent(sounds: Sequence[Mono], rate: int) -> float:
    size = max(1, round(FRAME_S * rate))
    quiet = [
        np.mean(frames.astype(np.float64) ** 2, axis=1) < 10 ** (SILENT_DBFS / 10)
        for sound in sounds
        if len(frames := sound[: sound.size // size * size].reshape(-1, size))
    ]
    return float(np.concatenate(quiet).mean()) if quiet else 0.0


def _flatness(frame: Mono) -> float:
    power = np.abs(np.fft.rfft(frame * np.hanning(_SIZE))) ** 2
    # One bin without power would make the geometric mean 0.
    power += _FLATNESS_FLOOR * power.sum()
    return float(np.exp(np.mean(np.log(power))) / power.mean())


def _harmonicity(frames: NDArray[np.float32], rate: int) -> float:
    """The autocorrelation of the windowed frames over that of the window."""
    window = np.hanning(_SIZE)
    first, last = int(rate / PITCHES_HZ[1]), min(int(rate / PITCHES_HZ[0]), _SIZE // 2)
    shape = _autocorrelation(window[None])[:, first:last]
    curves = _autocorrelation((frames - frames.mean(axis=1, keepdims=True)) * window)
    peaks = (curves[:, first:last] / shape).max(axis=1)
    # Division by the window's own autocorrelation may give a peak above 1.
    return float(np.clip(np.median(peaks), 0, 1))


def _autocorrelation(frames: NDArray[np.float64]) -> NDArray[np.float64]:
    """The autocorrelation of each frame [M, delays], 1 at delay 0."""
    # With twice the length, because a cyclic correlation would wrap the end to the beginning.
    curves = np.fft.irfft(np.abs(np.fft.rfft(frames, 2 * _SIZE)) ** 2)
    return np.asarray(curves / np.maximum(curves[:, :1], 1e-30))


def _flux(sounds: Sequence[Mono]) -> float:
    changes = [
        # Every fourth frame: these do not overlap.
        np.diff(10 * np.log10(powers([sound], 1024)[::4].astype(np.float64) + _FLUX_FLOOR), axis=0)
        for sound in sounds
    ]
    every = np.concatenate(changes)
    return float(np.sqrt(np.mean(every * every))) if every.size else 0.0


def _dbfs(amplitude: float) -> float:
    return float(20 * np.log10(amplitude)) if amplitude > 1e-6 else _NO_LEVEL_DBFS
