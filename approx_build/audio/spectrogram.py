"""Spectrograms and waveforms as small grids of numbers, ready to be drawn.

Short-time Fourier transform under a Hann window; the loudest frame of a column and the loudest
bin of a row are kept, so that a single stroke in an hour stays visible. Rows are spaced by
equal ratios of frequency. Levels are dB of full scale: a sine of amplitude 1 reads 0.

Off the path of a sample: it draws spectrograms and makes no sound.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from approx_build.audio.mix import Source
from approx_build.audio.spectrum import real_fft
from approx_build.numerics import portable

Levels = NDArray[np.float32]

LOWEST_HZ = 50.0
HIGHEST_HZ = 20_000.0
WINDOW_S = 0.09
"""Length of the window, before rounding up to a power of two."""
_FRAMES_AT_ONCE = 64
_SILENT_POWER = 1e-20
_OCTAVE_DB = 3.010299956639812
"""dB of twice the power."""


@dataclass(frozen=True, slots=True)
class Spectrogram:
    """Levels in dB [rows, columns], lowest row first; rows from `low_hz` to `high_hz`."""

    levels: Levels
    low_hz: float
    high_hz: float
    length_s: float


def spectrogram(
    source: Source, columns: int, rows: int, low_hz: float = LOWEST_HZ, high_hz: float = HIGHEST_HZ
) -> Spectrogram:
    """The spectrogram of a sound in `columns` x `rows`, its channels' powers averaged.

    The highest frequency is at most half the sample rate.
    """
    high_hz = min(high_hz, source.rate / 2)
    size = 1 << max(6, (round(WINDOW_S * source.rate) - 1).bit_length())
    # At least two frames in a column, so that no sound is missed between columns.
    hop = max(1, min(size // 4, source.length // (2 * columns)))
    count = 1 + (source.length - 1) // hop
    column_of = np.arange(count) * hop * columns // source.length
    power = np.zeros((columns, size // 2 + 1), np.float32)
    for first in range(0, count, _FRAMES_AT_ONCE):
        frames = np.arange(first, min(first + _FRAMES_AT_ONCE, count))
        _keep_loudest(power, _powers(source, frames, hop, size), column_of[frames])
    edges = np.geomspace(low_hz, high_hz, rows + 1) * size / source.rate
    banded = _banded(_without_gaps(power, column_of), edges)
    return Spectrogram(_decibels(banded.T), low_hz, high_hz, source.length / source.rate)


def _keep_loudest(
    power: NDArray[np.float32], frames: NDArray[np.float32], columns: NDArray[np.int64]
) -> None:
    """Raise each column's bins to the loudest of the frames that fall into it."""
    starts = np.flatnonzero(np.diff(columns, prepend=-1)).tolist()
    for start, stop in pairwise([*starts, len(columns)]):
        row = power[columns[start]]
        np.maximum(row, frames[start:stop].max(axis=0), out=row)


def _decibels(power: NDArray[np.float32]) -> Levels:
    """Power as dB to 0.001: from the exponent and the first 12 bits of the fraction."""
    bits = np.ascontiguousarray(np.maximum(power, np.float32(_SILENT_POWER))).view(np.int32)
    octaves = ((bits >> 23) - 127).astype(np.float32)
    return np.asarray(_fractions_db()[(bits >> 11) & 0xFFF] + octaves * np.float32(_OCTAVE_DB))


@cache
def _fractions_db() -> NDArray[np.float32]:
    """dB of powers from 1 to 2 in 4096 steps."""
    return (portable.db(1.0 + (np.arange(4096) + 0.5) / 4096) * 0.5).astype(np.float32)


def _powers(source: Source, frames: NDArray[np.int64], hop: int, size: int) -> NDArray[np.float32]:
    """Power of each bin of each frame [frames, bins]; frame `i` is centred on sample `i * hop`."""
    start = int(frames[0]) * hop - size // 2
    stop = int(frames[-1]) * hop + size - size // 2
    first, last = max(0, start), min(source.length, stop)
    data = np.pad(source.cut(first, last).data, ((0, 0), (first - start, stop - last)))
    window = _window(size)
    total = np.zeros((len(frames), size // 2 + 1), np.float32)
    for channel in data:
        cut = np.lib.stride_tricks.sliding_window_view(channel, size)[::hop]
        parts = real_fft(cut, window=window).view(np.float32)
        np.multiply(parts, parts, out=parts)
        total += parts[:, 0::2]
        total += parts[:, 1::2]
    return total * np.float32(1 / len(data))


@cache
def _window(size: int) -> NDArray[np.float64]:
    """A Hann window under which a sine of amplitude 1 has power 1 in its bin."""
    angle = np.arange(size) * (portable.TAU / size)
    return np.asarray((0.5 - 0.5 * portable.cos(angle)) * (4 / size))


def _banded(power: NDArray[np.float32], edges: NDArray[np.float64]) -> NDArray[np.float32]:
    """The loudest bin of each row [columns, rows]; interpolated where a row contains no bin."""
    bins = power.shape[1]
    low, high = np.ceil(edges[:-1]).astype(int), np.ceil(edges[1:]).astype(int)
    middle = np.minimum((edges[:-1] + edges[1:]) / 2, bins - 1.0)
    left = np.minimum(middle.astype(int), bins - 2)
    share = (middle - left).astype(np.float32)
    result = power[:, left] * (1 - share) + power[:, left + 1] * share
    wide = np.flatnonzero((high > low) & (low < bins))
    if wide.size:
        # Rows follow each other without gaps, so each ends where the next begins.
        loudest = np.maximum.reduceat(power[:, : high[wide[-1]]], low[wide], axis=1)
        result[:, wide] = loudest
    return np.asarray(result)


def _without_gaps(power: NDArray[np.float32], filled: NDArray[np.int64]) -> NDArray[np.float32]:
    """Fill columns without frames with the column before (sounds of few samples)."""
    columns = np.unique(filled)
    if len(columns) == len(power):
        return power
    return power[columns[np.searchsorted(columns, np.arange(len(power)), side="right") - 1]]


def waveform(source: Source, columns: int) -> NDArray[np.float32]:
    """The lowest and highest sample of each column, over channels [2, columns]."""
    edges = np.arange(columns + 1) * source.length // columns
    result = np.zeros((2, columns), np.float32)
    for column in range(0, columns, 64):
        inner = edges[column : column + 65]
        data = source.cut(int(inner[0]), int(max(inner[-1], inner[0] + 1))).data
        # For a sound shorter than the columns, reduceat gives one sample for an empty range.
        starts = np.minimum(inner[:-1] - inner[0], data.shape[1] - 1)
        result[0, column : column + 64] = np.minimum.reduceat(data.min(axis=0), starts)
        result[1, column : column + 64] = np.maximum.reduceat(data.max(axis=0), starts)
    return result
