"""Gliding: a clip played at a speed that changes while it sounds.

The speed is a curve of semitones over the time of the result; positions in the clip are exact sums
of speeds. A fast passage can keep less of the clip's high frequencies than a slow one, so several
filters are used, for speeds of up to 0, 4, 8, … semitones. Over the last semitone below such a
limit, the sound of one filter crossfades into that of the next, independently of neighbouring
passages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from approx_build.audio.clip import Clip, Samples
from approx_build.kernels.resampler import placed
from approx_build.kernels.resampler_plan import PARTS, gliding
from approx_build.kernels.resampler_reference import Places
from approx_build.numerics.portable import expm1, log1p, power

HIGHEST = 48.0
"""Semitones: four octaves either way."""
_STEP = 4
"""Semitones from the limit of one filter to that of the next."""
_FADE = 1.0
"""Semitones over which one filter fades into the next."""
_LN2_12TH = 0.057762265046662105
"""The natural logarithm of a semitone's ratio."""
_FINE = 1 << 46
"""Speeds are whole numbers of these parts."""
_BLOCK = 1 << 16
"""Outputs computed at a time."""

Semitones = NDArray[np.float64]


def speed(semitones: float) -> float:
    """The factor of speed that raises the pitch of a tape by `semitones`."""
    return float(power(2.0, semitones / 12))


@dataclass(frozen=True, slots=True)
class Glide:
    """Semitones at times of the result, ascending; linear between, constant before and after.

    Two points at one time make a jump.
    """

    points: tuple[tuple[float, float], ...]

    def length_s(self, source_s: float) -> float:
        """Duration of the result for `source_s` seconds of a clip."""
        first_s, first = self.points[0]
        played = first_s * speed(first)
        if played >= source_s:
            return source_s / speed(first)
        for (start_s, low), (stop_s, high) in pairwise(self.points):
            here = _played(stop_s - start_s, low, high)
            if played + here >= source_s:
                slope = (high - low) / (stop_s - start_s) * _LN2_12TH
                return start_s + _lasting(source_s - played, speed(low), slope)
            played += here
        last_s, last = self.points[-1]
        return last_s + (source_s - played) / speed(last)

    def at(self, start: int, stop: int, rate: int) -> Semitones:
        """Semitones at the middle of samples `start` to `stop` of the result."""
        times, values = np.array(self.points, np.float64).T
        middle = (np.arange(start, stop, dtype=np.float64) + 0.5) / rate
        return np.asarray(np.interp(middle, times, values))

    def apply(self, clip: Clip) -> Clip:
        """The clip [C, T] glided [C, length]."""
        length = round(self.length_s(clip.length_s) * clip.rate)
        result = np.empty((clip.channels, length), np.float32)
        for start, semitones, whole, part in self._blocks(length, clip.rate):
            stop = start + semitones.size
            for channel, samples in enumerate(clip.data):
                result[channel, start:stop] = _played_at(samples, semitones, whole, part)
        return clip.like(result)

    def _blocks(self, length: int, rate: int) -> Iterator[tuple[int, Semitones, Places, Places]]:
        """For every block its start, semitones, and positions: samples and parts of `PARTS`."""
        whole = fine = 0
        for start in range(0, length, _BLOCK):
            semitones = self.at(start, min(start + _BLOCK, length), rate)
            steps = np.rint(power(2.0, semitones / 12) * _FINE).astype(np.int64)
            # Two sums, so that neither exceeds 64 bits.
            wholes = np.cumsum(np.append(whole, steps // _FINE))
            fines = np.cumsum(np.append(fine, steps % _FINE))
            wholes, fines = wholes + fines // _FINE, fines % _FINE
            yield start, semitones, wholes[:-1], fines[:-1] * (PARTS // _FINE)
            whole, fine = int(wholes[-1]), int(fines[-1])


def _played(length_s: float, low: float, high: float) -> float:
    """Seconds of a clip that are played while its pitch goes from `low` to `high`."""
    slope = (high - low) * _LN2_12TH
    if slope == 0:
        return length_s * speed(low)
    return length_s * speed(low) * float(expm1(slope)) / slope


def _lasting(source_s: float, first: float, slope: float) -> float:
    """Duration of part of a clip from speed `first` on, whose logarithm rises by `slope`/s."""
    if slope == 0:
        return source_s / first
    return float(log1p(source_s * slope / first)) / slope


def _played_at(samples: Samples, semitones: Semitones, whole: Places, part: Places) -> Semitones:
    """One channel [T] at these positions [N], each by the filters for its speed."""
    limit = np.maximum(np.ceil(semitones / _STEP), 0).astype(np.int64)
    share = np.clip((semitones - (limit * _STEP - _FADE)) / _FADE, 0.0, 1.0)
    # The last filter has no next filter for a crossfade.
    share[limit * _STEP >= HIGHEST] = 0.0
    result = np.zeros(semitones.size)
    # One more than the highest limit: the filter to which its sound crossfades.
    for number in range(int(limit.min()), int(limit.max()) + 2):
        weight = np.where(limit == number, 1.0 - share, np.where(limit == number - 1, share, 0.0))
        for run in _runs(weight > 0):
            plan = gliding(speed(number * _STEP))
            result[run] += weight[run] * placed(plan, samples, whole[run], part[run])
    return result


def _runs(is_there: NDArray[np.bool_]) -> list[slice]:
    """The ranges of consecutive true values."""
    edges = np.flatnonzero(np.diff(is_there.astype(np.int8), prepend=0, append=0))
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
