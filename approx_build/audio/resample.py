"""Other rates: conversion of a clip to a rate, and varispeed.

Both by soxr at its very high quality (band-limited interpolation with linear phase, 28 bits,
pass band to 0.913 of the lower Nyquist frequency): alias and images below -170 dB. soxr computes
in float64; the samples are rounded to float32 at the end.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from approx_build.audio.clip import Clip, Samples
from approx_build.errors import AudioError

LOWEST_RATE, HIGHEST_RATE = 1000, 768_000
"""Rates in Hz that sound is kept at."""

LARGEST_RATIO = 16.0
"""Varispeed goes four octaves either way."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """What happened to a clip whose rate was not the piece's, for reports."""

    source_rate: int
    rate: int
    method: str = "soxr VHQ"

    def __str__(self) -> str:
        return f"{self.source_rate} -> {self.rate} Hz ({self.method})"


def conversion(clip: Clip, rate: int) -> Conversion | None:
    """What `resample(clip, rate)` will do; None when the clip has that rate already."""
    _check_rate(rate)
    return None if clip.rate == rate else Conversion(clip.rate, rate)


def resample(clip: Clip, rate: int) -> Clip:
    """The clip at `rate` Hz: `round(length * rate / clip.rate)` samples, same duration and pitch.

    AudioError for a rate that no sound is kept at.
    """
    _check_rate(clip.rate)
    if conversion(clip, rate) is None:
        return clip
    length = round(clip.length * rate / clip.rate)
    return Clip(_each_channel(clip.data, clip.rate, rate, length), rate)


def varispeed(clip: Clip, ratio: float) -> Clip:
    """The clip played `ratio` times as fast, pitch with it: `round(length / ratio)` samples.

    Rate unchanged. AudioError for a ratio more than four octaves away from 1.
    """
    if not 1 / LARGEST_RATIO <= ratio <= LARGEST_RATIO:
        raise AudioError(f"a speed of {ratio:g} is not between 1/16 and 16")
    if ratio == 1:
        return clip
    length = round(clip.length / ratio)
    return Clip(_each_channel(clip.data, ratio, 1.0, length), clip.rate)


def converted(samples: NDArray[np.floating], source: float, target: float) -> NDArray[np.floating]:
    """Samples [T] taken from `source` to `target` (any unit) by soxr, in their own precision.

    Of the length that soxr gives them, which may be a sample off.
    """
    # soxr would choose vector code by the processor and round differently with it; this
    # setting, read at every call, keeps it to its plain code.
    os.environ["SOXR_USE_SIMD"] = "0"
    import soxr

    if not samples.size:
        return samples
    return np.asarray(soxr.resample(samples, source, target, quality="VHQ"))


def _each_channel(data: Samples, source: float, target: float, length: int) -> Samples:
    """Channels [C, T] resampled from `source` to `target`, to exactly `length` samples."""
    result = np.zeros((data.shape[0], length), np.float32)
    for channel, samples in enumerate(data):
        found = converted(samples, source, target)[:length]
        result[channel, : found.size] = found
    return result


def _check_rate(rate: int) -> None:
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise AudioError(
            f"no sound is kept at {rate} Hz; rates are {LOWEST_RATE} to {HIGHEST_RATE} Hz"
        )
