"""Pitch of a sound, frame by frame, with the same bits on every processor.

pYIN (Mauch and Dixon, pYIN: a fundamental frequency estimator using probabilistic threshold
distributions, 2014) on YIN's difference function (de Cheveigné and Kawahara, 2002). The threshold
has the distribution Beta(2, 18), so the probability that a dip is the first one below it has a
closed form: no thresholds are sampled. `pitch_path` then finds the likeliest path through the dips
of all frames. The pitch is that of the dip itself, not the middle of its bin.

Convention: frame `m` is centred on sample `m * hop`; sound outside the clip is silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from approx_build.audio.pitch_path import Dips, Grid, likeliest
from approx_build.kernels import fft
from approx_build.numerics import portable

Doubles = NDArray[np.float64]

_FALLEN_BACK = 0.01
"""Weight of the deepest dip if no dip is below the threshold."""
_GLIDE = 1.06
"""Between frames with a smaller ratio, a semitone, the pitch glides; otherwise it jumps."""
_MOST_PERIODS = 4.0
"""Largest number of periods over which a pitch is measured: more would blur a moving pitch."""
_AT_ONCE = 128
"""Number of frames that are processed together."""
UNCLEAR = 0.3
"""A frame whose aperiodicity is above this has no clear pitch."""


@dataclass(frozen=True, eq=False)
class PitchTrack:
    """Pitch by frame: `hz` [M], 0 without pitch, and `aperiodicity` [M], 0 for a pure tone."""

    hz: Doubles
    aperiodicity: Doubles

    @property
    def is_clear(self) -> NDArray[np.bool_]:
        """Which frames have a clear pitch [M]."""
        return np.asarray((self.hz > 0) & (self.aperiodicity <= UNCLEAR))

    def held(self, otherwise: float) -> Doubles:
        """Pitch [M]; frames without a clear pitch get the last clear one, else the first one."""
        clear = np.flatnonzero(self.is_clear)
        if not len(clear):
            return np.full(len(self.hz), otherwise)
        last = np.searchsorted(clear, np.arange(len(self.hz)), side="right") - 1
        return np.asarray(self.hz[clear[np.maximum(last, 0)]])


@dataclass(frozen=True)
class PitchFinder:
    """The settings for finding pitch: rate of the sound, distance of frames, range of pitches."""

    rate: int
    hop: int
    lowest_hz: float
    highest_hz: float

    @property
    def longest(self) -> int:
        """The longest period, samples."""
        return ceil(self.rate / self.lowest_hz) + 1

    @property
    def width(self) -> int:
        """Number of samples that are compared with those a period later."""
        return 2 * self.longest

    def track(self, sound: NDArray[np.float32], frames: int) -> PitchTrack:
        """The pitch of a sound [T] in a given number of frames, the first at sample 0."""
        grid = Grid(self.lowest_hz, self.highest_hz, self.hop / self.rate)
        parts = [
            self._dips(self._frames(sound, first, min(_AT_ONCE, frames - first)), first)
            for first in range(0, frames, _AT_ONCE)
        ]
        frame, lag, multiple, chance, height = map(np.concatenate, zip(*parts, strict=True))
        hz = self.rate * multiple / lag
        taken = likeliest(Dips(frame, hz, chance), grid, frames)
        has = taken >= 0
        found, late, aperiodicity = np.zeros(frames), np.zeros(frames), np.ones(frames)
        found[has], aperiodicity[has] = hz[taken[has]], height[taken[has]]
        # A dip at a long lag compares sound that is later.
        late[has] = (lag[taken[has]] - self.longest // 2) / 2
        return PitchTrack(self._centred(found, late), aperiodicity)

    def _frames(self, sound: NDArray[np.float32], first: int, count: int) -> Doubles:
        """Frames [count, width + longest] of the sound, padded with zeros outside it."""
        size = self.width + self.longest
        before = first * self.hop - (self.width + self.longest // 2) // 2
        part = np.zeros((count - 1) * self.hop + size)
        low, high = max(before, 0), min(before + len(part), len(sound))
        if high > low:
            part[low - before : high - before] = sound[low:high]
        return np.lib.stride_tricks.sliding_window_view(part, size)[:: self.hop]

    def _dips(self, frames: Doubles, first: int) -> tuple[NDArray[Any], ...]:
        """The dips of frames; `first` is the number of the first frame.

        For each dip its frame, measured lag, number of periods in the lag, probability, and height.
        """
        curve = normalised_difference(frames, self.width, self.longest)
        shortest = max(2, int(self.rate / self.highest_hz))
        inner = curve[:, 1:-1]
        is_dip = (inner < curve[:, :-2]) & (inner <= curve[:, 2:])
        is_dip[:, : shortest - 1] = False
        heights = np.where(is_dip, inner, 1.0)
        lowest = np.minimum.accumulate(heights, axis=1)
        before = np.concatenate([np.ones((len(curve), 1)), lowest[:, :-1]], axis=1)
        # The dip is the first one below a threshold between its height and the lowest dip before
        # it.
        chance = np.where(is_dip & (inner < before), _threshold(before) - _threshold(inner), 0.0)
        deepest = heights.argmin(axis=1)
        rows = np.flatnonzero(is_dip.any(axis=1))
        chance[rows, deepest[rows]] += _FALLEN_BACK * _threshold(lowest[rows, -1])
        at, lag = np.nonzero(chance > 0)
        return at + first, *_refined(curve, at, lag + 1), chance[at, lag], inner[at, lag]

    def _centred(self, hz: Doubles, late: Doubles) -> Doubles:
        """Pitch [M] at the times of the frames, from pitch measured this many samples later."""
        span = 2 * self.hop + late[2:] - late[:-2]
        ratio = np.where(hz[:-2] > 0, hz[2:] / np.where(hz[:-2] > 0, hz[:-2], 1.0), 0.0)
        glides = (hz[1:-1] > 0) & (ratio < _GLIDE) & (ratio > 1 / _GLIDE) & (span > self.hop)
        slope = (hz[2:] - hz[:-2]) / np.where(span > self.hop, span, 1.0)
        found = hz.copy()
        found[1:-1] = np.where(glides, hz[1:-1] - slope * late[1:-1], hz[1:-1])
        return found


def normalised_difference(frames: Doubles, width: int, longest: int) -> Doubles:
    """YIN's cumulative mean normalised difference [M, longest + 1] of frames [M, T], by lag."""
    size = fft.fast_size(frames.shape[1])
    padded = np.zeros((len(frames), size))
    padded[:, : frames.shape[1]] = frames
    whole = fft.rfft(padded)
    padded[:, width:] = 0
    start = fft.rfft(padded)
    product = np.empty_like(whole)
    product.real = whole.real * start.real + whole.imag * start.imag
    product.imag = whole.imag * start.real - whole.real * start.imag
    shared = fft.irfft(product)[:, : longest + 1]
    energy = np.zeros((len(frames), frames.shape[1] + 1))
    np.cumsum(frames * frames, axis=1, out=energy[:, 1:])
    lags = np.arange(longest + 1)
    own = energy[:, lags + width] - energy[:, lags]
    difference = np.maximum(own[:, :1] + own - 2 * shared, 0.0)
    difference[:, 0] = 0
    total = np.cumsum(difference, axis=1)
    # Silence and rounding errors of near silence have no period.
    is_sound = total > 1e-12 * own[:, :1] + 1e-20
    return np.where(is_sound, difference * lags / np.where(is_sound, total, 1.0), 1.0)


def _threshold(height: Doubles) -> Doubles:
    """The probability that the threshold is at most `height`: the distribution Beta(2, 18)."""
    height = np.minimum(height, 1.0)
    rest = 1.0 - height
    second = rest * rest
    fourth = second * second
    eighth = fourth * fourth
    return np.asarray(1.0 - eighth * eighth * second * (1.0 + 18.0 * height))


def _refined(
    curve: Doubles, at: NDArray[np.int64], lag: NDArray[np.int64]
) -> tuple[Doubles, Doubles]:
    """Refined lags of dips, each measured over several periods if there is room for them.

    At a multiple of the period, the same error of the parabola has less effect.
    """
    longest = curve.shape[1] - 1
    shift, _ = _parabola(curve, at, lag)
    period = lag + shift
    multiple = np.minimum(np.maximum(np.floor((longest - 2) / period), 1.0), _MOST_PERIODS)
    far = np.minimum(np.rint(multiple * period).astype(np.int64), longest - 2)
    beside = np.stack([curve[at, far + step] for step in (-1, 0, 1)])
    far += beside.argmin(axis=0) - 1
    shift, is_dip = _parabola(curve, at, far)
    return np.where(is_dip, far + shift, period), np.where(is_dip, multiple, 1.0)


def _parabola(
    curve: Doubles, at: NDArray[np.int64], lag: NDArray[np.int64]
) -> tuple[Doubles, NDArray[np.bool_]]:
    """The minimum of the parabola through three lags, and whether the middle one is a dip."""
    left, middle, right = (curve[at, lag + step] for step in (-1, 0, 1))
    bend = left - 2 * middle + right
    shift = np.where(bend > 0, 0.5 * (left - right) / np.where(bend > 0, bend, 1.0), 0.0)
    is_dip = (middle <= left) & (middle <= right)
    return np.minimum(np.maximum(shift, -1.0), 1.0), is_dip


def in_midi(hz: Doubles) -> Doubles:
    """MIDI notes, 69 for 440 Hz; 0 without pitch."""
    sounding = hz > 0
    octaves = portable.log(np.where(sounding, hz, 440.0) / 440.0) / portable.log(2.0)
    return np.where(sounding, 69.0 + 12.0 * octaves, 0.0)
