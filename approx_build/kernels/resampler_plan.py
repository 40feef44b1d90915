"""Plans of conversions between sample rates: the two filters and their tables.

The first filter is steep. It works by overlap-save at the source's rate times a power of two; its
spectrum is repeated or folded, which also doubles or halves the rate. The second filter is short.
It interpolates at the positions of the outputs, with a stored row of taps for each phase (ratios of
whole numbers), or with 64 rows and cubics between them (any ratio). Positions are whole numbers of
parts of a filtered sample. The response is flat to 0.913 of the lower Nyquist frequency, and silent
from that frequency on.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from approx_build.kernels.fft import rfft
from approx_build.kernels.sinc import WindowedSinc
from approx_build.numerics.portable import PI

Table = NDArray[np.float64]

PASS = 0.913
"""End of the pass band, as a share of the lower Nyquist frequency."""
STEEP_DB = 180.0
ROWS = 64
"""Rows of a table that is interpolated."""
MOST_PHASES = 1280
DEGREE = 3
PARTS = 1 << 56
"""Parts of a sample, for any ratio: ratios from 1/16 to 16 are whole numbers of parts."""
_GRAIN = 16
"""Blocks and pads are multiples of this number of samples at the lower rate."""
_WIDE = 6
"""Smallest length of a transform, in pads."""
_SHORT = ((4.0, 4.0, 16), (2.0, 2.0, 24), (0.0, 1.5, 32))
"""By excess of the filtered rate: the excess for which the filter is made, and its taps."""
_KEPT = 64


# Compared by identity: arrays have no hash, and plans are keys of a cache.
@dataclass(frozen=True, eq=False, slots=True)
class Plan:
    """The parameters of a conversion.

    up, down      the filtered rate is 2^up / 2^down of the source's; one of them is 0
    pad, advance  samples before a block; samples from one block to the next
    lead          samples from the first block to the sound, where the filter rings
    size          of a block's transform; `filtered_size` is that of the inverse transform
    spectrum      [the larger size], real; includes the factor 1 / size
    taps          of the short filter; 0: no short filter
    rows          [row, taps / 8, degree + 1, 8]
    num, den      from one output to the next: num / den filtered samples
    """

    up: int
    down: int
    pad: int
    advance: int
    lead: int
    size: int
    spectrum: Table
    taps: int
    degree: int
    rows: Table
    num: int
    den: int

    @property
    def filtered_size(self) -> int:
        """Size of the inverse transform."""
        return self.filtered(self.size)

    def filtered(self, samples: int) -> int:
        """Filtered samples in `samples` of the source."""
        return (samples << self.up) >> self.down

    def pairs(self, first: int, last: int) -> range:
        """The pairs of blocks that outputs between positions `first` and `last` need."""
        size, ahead = 2 * self.filtered(self.advance), self.filtered(self.lead)
        low, high = (self.taps // 2 - 1, self.taps // 2) if self.taps else (0, 0)
        return range((first + ahead - low) // size, (last + ahead + high) // size + 1)

    def source(self, first: int, count: int) -> tuple[int, int]:
        """The range of samples of the source on which outputs depend.

        With these samples and no others, `count` outputs from `first` on have the bits of the
        whole.
        """
        last = (first + max(count, 1) - 1) * self.num // self.den
        pairs = self.pairs(first * self.num // self.den, last)
        start, stop = (2 * pair * self.advance - self.lead for pair in (pairs.start, pairs.stop))
        return start - self.pad, stop + self.pad


def between(source: int, target: int) -> Plan:
    """The plan from one rate to another, both whole numbers of the same unit."""
    ratio = Fraction(source, target)
    return _rational(ratio.numerator, ratio.denominator)


def at_speed(speed: float) -> Plan:
    """The plan for a sound that is played `speed` times as fast, 1/16 to 16."""
    ratio = Fraction(speed)
    if ratio.denominator <= MOST_PHASES and ratio.numerator <= MOST_PHASES:
        return _rational(ratio.numerator, ratio.denominator)
    return _real(speed)


@lru_cache(_KEPT)
def _rational(num: int, den: int) -> Plan:
    if num == 1 and den in (2, 4, 8):
        return _steep(1.0, den.bit_length() - 1, 0)
    if den == 1 and num & (num - 1) == 0:
        return _steep(1.0 / num, 0, num.bit_length() - 1)
    band, up, down = _filtered_rate(num / den)
    step = Fraction(num << up, den << down)
    return _with_short(_steep(band, up, down, has_short=True), band, step, False)


def _real(speed: float) -> Plan:
    band, up, down = _filtered_rate(speed)
    step = Fraction(speed) * (1 << up) / (1 << down)
    return _with_short(_steep(band, up, down, has_short=True), band, step, True)


@lru_cache(_KEPT)
def gliding(highest: float) -> Plan:
    """A plan for outputs at any positions, for a sound played at most `highest` times as fast."""
    return _real(max(highest, 1.0))


def _filtered_rate(speed: float) -> tuple[float, int, int]:
    """The pass band as a share of the source's Nyquist frequency; filtered rate as up and down."""
    band = 1.0 / speed if speed > 1 else 1.0
    if speed <= 0.5:
        return band, 2, 0
    if band * 1.5 > 1.0:
        return band, 1, 0
    down = 0
    while 0.5 / (1 << down) >= band * 1.5:
        down += 1
    return band, 0, down


@lru_cache(_KEPT)
def _steep(band: float, up: int, down: int, has_short: bool = False) -> Plan:
    """The plan of the steep filter alone."""
    sinc = WindowedSinc(PASS * band, band, STEEP_DB)
    grain = _GRAIN << down
    pad = (int(sinc.half) + grain) // grain * grain
    size = 1 << (_WIDE * pad - 1).bit_length()
    large = max(size, (size << up) >> down)
    places = np.arange(int(sinc.half * (1 << up)) + 1) / float(1 << up)
    values = np.zeros(large)
    values[: places.size] = sinc.at(places)
    # Centred on position 0 of the cyclic transform: its spectrum is real, and there is no delay.
    values[large - places.size + 1 :] = values[places.size - 1 : 0 : -1]
    half = rfft(values).real * (1.0 / large)
    spectrum = np.concatenate([half, half[-2:0:-1]])
    lead = grain if has_short else 0
    nothing = np.zeros((0, 0, 1, 8))
    return Plan(up, down, pad, size - 2 * pad, lead, size, spectrum, 0, 0, nothing, 1, 1)


def _with_short(steep: Plan, band: float, step: Fraction, is_real: bool) -> Plan:
    """The plan of a steep filter followed by the short filter."""
    excess = (1 << steep.up) / (1 << steep.down) / band
    over, taps = next((over, taps) for least, over, taps in _SHORT if excess >= least)
    is_cubic = is_real or step.denominator > MOST_PHASES
    num, den = step.numerator, step.denominator
    if is_real:
        # Exact: the denominator of a float is a power of two.
        num, den = num * (PARTS // den), PARTS
    rows = _rows(over, taps, ROWS if is_cubic else den, is_cubic)
    degree = DEGREE if is_cubic else 0
    own = steep.up, steep.down, steep.pad, steep.advance, steep.lead, steep.size, steep.spectrum
    return Plan(*own, taps, degree, rows, num, den)


@lru_cache(_KEPT)
def _rows(over: float, taps: int, count: int, is_cubic: bool) -> Table:
    """The taps of every phase, or the cubics between them: [row, taps / 8, degree + 1, 8]."""
    low, high = PASS / over, 2 - 1 / over
    # Kaiser's formula for the length, solved for the attenuation that this number of taps allows.
    sinc = WindowedSinc(low, high, 7.95 + taps * 2.285 * PI * (high - low))
    place = np.arange(taps) - taps // 2 + 1
    grid = place * count - np.arange(count)[:, None]
    if is_cubic:
        parts = [sinc.at((DEGREE * grid - i) / (DEGREE * count)) for i in range(DEGREE + 1)]
        found = np.stack(_cubic(*parts), axis=1)
    else:
        found = sinc.at(grid / count)[:, None]
    by_eight = found.reshape(count, found.shape[1], taps // 8, 8)
    return np.ascontiguousarray(by_eight.transpose(0, 2, 1, 3))


def _cubic(a: Table, b: Table, c: Table, d: Table) -> list[Table]:
    """The coefficients of the cubic that has these values at 0, 1/3, 2/3 and 1."""
    return [
        a,
        ((-5.5 * a + 9.0 * b) - 4.5 * c) + d,
        ((9.0 * a - 22.5 * b) + 18.0 * c) - 4.5 * d,
        ((-4.5 * a + 13.5 * b) - 13.5 * c) + 4.5 * d,
    ]
