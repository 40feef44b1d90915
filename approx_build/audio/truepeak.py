"""True peaks: the peaks between samples, by four times oversampling.

ITU-R BS.1770-4, Annex 2. The meter interpolates with a sinc of 49 taps under a Hann window (the
length and shape that most meters use): exact at the samples, three points between each two. The
Recommendation's own table of 4 x 12 coefficients reads up to 0.6 dB higher near half the sample
rate; a ceiling that must hold for every meter is compared with more than one (`ceiling`).
Products and sums in a fixed order only: the same bits on every processor.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import fabs

import numpy as np
from numpy.typing import NDArray

from approx_build.numerics import portable

Samples = NDArray[np.float64]
Filters = tuple[tuple[float, ...], ...]
"""Phases between two samples; each tap weighs a sample, from the latest backwards."""
Reader = Callable[[int, int], NDArray[np.number]]
"""Returns samples `start` to `stop` [C, T], both inside the sound."""

BEFORE, AFTER = 5, 6
"""Samples that an interpolation needs to the left and to the right of a sample."""
_TAPS = 12
_CENTRE = 24

# fmt: off
ITU_TABLE = (
    (0.0017089843750, 0.0109863281250, -0.0196533203125, 0.0332031250000,
     -0.0594482421875, 0.1373291015625, 0.9721679687500, -0.1022949218750,
     0.0476074218750, -0.0266113281250, 0.0148925781250, -0.0083007812500),
    (-0.0291748046875, 0.0292968750000, -0.0517578125000, 0.0891113281250,
     -0.1665039062500, 0.4650878906250, 0.7797851562500, -0.2003173828125,
     0.1015625000000, -0.0582275390625, 0.0330810546875, -0.0189208984375),
)
# fmt: on
"""Phases 0 and 1 of the table in BS.1770-4, Annex 2; phases 3 and 2 are these backwards."""


@cache
def meter_filters() -> Filters:
    """The three phases between samples of the windowed sinc; the fourth is the sample itself."""
    return tuple(tuple(_windowed_sinc(phase)) for phase in (1, 2, 3))


@cache
def strict_filters() -> Filters:
    """The meter's phases and the Recommendation's table."""
    return meter_filters() + ITU_TABLE + tuple(phase[::-1] for phase in ITU_TABLE)


def _windowed_sinc(phase: int) -> list[float]:
    tap = np.arange(phase, 4 * _TAPS, 4, dtype=np.float64)
    angle = (tap - _CENTRE) * (portable.PI / 4)
    window = 0.5 - 0.5 * portable.cos(tap * (portable.PI / _CENTRE))
    return [float(value) for value in portable.sin(angle) / angle * window]


def between(data: Samples, filters: Filters) -> Samples:
    """The largest magnitude at and after each sample, over channels [T].

    `data` [C, n/2 - 1 + T + n/2] for filters of n taps; for sample `i`, its own magnitude and those
    interpolated between it and the next.
    """
    taps = len(filters[0])
    length, latest = data.shape[1] - taps + 1, taps - 1
    loudest = portable.absolute(data[:, taps // 2 - 1 : taps // 2 - 1 + length]).max(axis=0)
    for phase in filters:
        total = data[:, latest : latest + length] * phase[0]
        for tap in range(1, taps):
            total += data[:, latest - tap : latest - tap + length] * phase[tap]
        np.maximum(loudest, portable.absolute(total, out=total).max(axis=0), out=loudest)
    return np.asarray(loudest)


@cache
def largest_gain(filters: tuple[tuple[float, ...], ...]) -> float:
    """Largest ratio of the peak between samples to the samples: the largest sum of |taps|."""
    return max(1.0, *(sum(fabs(tap) for tap in phase) for phase in filters))


def around(
    read: Reader, start: int, stop: int, length: int, before: int = BEFORE, after: int = AFTER
) -> Samples:
    """Samples `start` to `stop` with a number of samples around them, zeros outside the sound."""
    first, last = max(0, start - before), min(length, stop + after)
    data = np.asarray(read(first, last), np.float64)
    return np.pad(data, ((0, 0), (first - start + before, stop + after - last)))


def true_peak(read: Reader, length: int, block: int = 1 << 16, part: int = 512) -> float:
    """The largest magnitude of a sound at or between its samples, full scale 1.0."""
    filters, highest = meter_filters(), 0.0
    for start in range(0, length, block):
        data = around(read, start, min(start + block, length), length)
        for first in range(0, data.shape[1] - BEFORE - AFTER, part):
            piece = data[:, first : first + part + BEFORE + AFTER]
            # Most parts cannot contain the peak, because their samples are too small.
            if portable.absolute(piece).max() * largest_gain(filters) > highest:
                highest = max(highest, float(between(piece, filters).max()))
    return highest
