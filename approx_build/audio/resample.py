"""Conversion of a clip to other rates, and varispeed.

Linear phase, flat to 0.913 of the lower Nyquist frequency within 5e-8 dB, images and aliases below
-167 dB (kernels/resampler_plan.py). Output 0 is at sample 0, and a result is as long as its source
to the nearest sample. Computed in float64, rounded to float32 at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from approx_build.audio.clip import Clip, Samples
from approx_build.errors import AudioError
from approx_build.kernels import resampler
from approx_build.kernels.resampler_plan import Plan, at_speed, between

LOWEST_RATE, HIGHEST_RATE = 1000, 768_000
"""Range of sample rates of sound, Hz."""

LARGEST_RATIO = 16.0
"""Varispeed changes the pitch by at most four octaves either way."""


def resample(clip: Clip, rate: int) -> Clip:
    """The clip at `rate` Hz: `round(length * rate / clip.rate)` samples, same duration and pitch.

    AudioError for an impossible rate.
    """
    _check_rate(clip.rate)
    _check_rate(rate)
    # Unchanged to the bit: the filter would weaken the highest frequencies.
    if clip.rate == rate:
        return clip
    length = round(clip.length * rate / clip.rate)
    return Clip(_each_channel(between(clip.rate, rate), clip.data, length), rate)


def resample_range(
    read: Callable[[int, int], Clip], length: int, source: int, rate: int, start: int, stop: int
) -> Clip:
    """Samples `start` to `stop` of a sound of `length` samples and `source` Hz, at `rate` Hz.

    `read` reads a range of the sound. If the starts of ranges are whole periods of both rates
    apart, they have the bits of one conversion, because each range is read with all samples on
    which it depends.
    """
    _check_rate(source)
    _check_rate(rate)
    ratio, plan = Fraction(source, rate), between(source, rate)
    # Positions are counted from `origin`, which is a whole number of periods before `start`.
    period, outputs = ratio.numerator, ratio.denominator
    origin = start % period
    first = start // period * outputs
    count = round((stop - start) * rate / source)
    low, high = plan.source(first, count)
    # Outside the sound is silence, which the resampler itself adds.
    low, high = max(low, 0), min(high, length - origin)
    data = read(origin + low, origin + max(low, high)).data
    return Clip(_each_channel(plan, data, count, first, low), rate)


def varispeed(clip: Clip, ratio: float) -> Clip:
    """The clip played `ratio` times as fast, pitch with it: `round(length / ratio)` samples.

    Rate unchanged. AudioError for a ratio more than four octaves away from 1.
    """
    if not 1 / LARGEST_RATIO <= ratio <= LARGEST_RATIO:
        raise AudioError(f"a speed of {ratio:g} is not between 1/16 and 16")
    if ratio == 1:
        return clip
    return clip.like(_each_channel(at_speed(ratio), clip.data, round(clip.length / ratio)))


def converted(samples: NDArray[np.floating], source: int, target: int) -> NDArray[np.floating]:
    """Samples [T] converted from `source` to `target` Hz, `round(T * target / source)` of them.

    The result has the precision of the samples.
    """
    length = round(samples.size * target / source)
    return resampler.converted(between(source, target), samples, length)


def _each_channel(
    plan: Plan, data: Samples, length: int, first: int = 0, begin: int = 0
) -> Samples:
    """Outputs [C, length] of channels [C, T], from number `first` on; T begins at `begin`."""
    result = np.empty((data.shape[0], length), np.float32)
    for channel, samples in enumerate(data):
        result[channel] = resampler.converted(plan, samples, length, first, begin)
    return result


def _check_rate(rate: int) -> None:
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise AudioError(
            f"no sound is kept at {rate} Hz; rates are {LOWEST_RATE} to {HIGHEST_RATE} Hz"
        )
