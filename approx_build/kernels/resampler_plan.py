"""Plans of conversions between rates: which filters, and the tables of both.

Two filters. A steep one, by overlap-save, at a power of two of the source's rate: its spectrum
repeats or folds, so doubling and halving is done there too. Then a short one to the places of the
outputs: a stored row of taps for each phase (ratios of whole numbers), or 64 rows with a cubic
between them (any ratio). Places are whole numbers of parts of a filtered sample. Flat to 0.913 of
the lower Nyquist frequency, silent from that frequency on.
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
"""Of the lower Nyquist frequency: how far the pass band goes."""
STEEP_DB = 180.0
ROWS = 64
"""Of a table that is interpolated."""
MOST_PHASES = 1280
DEGREE = 3
PARTS = 1 << 56
"""Of a sample, where the ratio is any number: those from 1/16 to 16 are whole numbers of them."""
_GRAIN = 16
"""Blocks and pads are multiples of so many samples at the lower rate."""
_WIDE = 6
"""A transform is at least so many pads long."""
_SHORT = ((4.0, 4.0, 16), (2.0, 2.0, 24), (0.0, 1.5, 32))
"""From which excess of the filtered rate; which excess the filter is made for; taps."""
_KEPT = 64


# Compared by identity: arrays have no hash, and plans are keys of a cache.
@dataclass(frozen=True, eq=False, slots=True)
class Plan:
    """How sound is converted.

    up, down      the filtered rate is 2^up / 2^down of the source's; one of them is 0
    pad, advance  samples before a block, and from one block to the next
    lead          the first block begins so many samples before the sound: the filter rings there
    size          of a block's transform; `filtered_size` of that back
    spectrum      [the larger size], real, 1 / size included
    taps          of the short filter; 0: there is none
    rows          [row, taps / 8, degree + 1, 8]
    num, den      an output after the other: num / den filtered samples
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
        """Size of the transform back."""
        return self.filtered(self.size)

    def filtered(self, samples: int) -> int:
        """Filtered samples in `samples` of the source."""
        return (samples << self.up) >> self.down

    def pairs(self, first: int, last: int) -> range:
        """The pairs of blocks that outputs from place `first` to `last` are made of."""
        size, ahead = 2 * self.filtered(self.advance), self.filtered(self.lead)
        low, high = (self.taps // 2 - 1, self.taps // 2) if self.taps else (0, 0)
        return range((first + ahead - low) // size, (last + ahead + high) // size + 1)

    def source(self, first: int, count: int) -> tuple[int, int]:
        """The samples of the source, from one to before another, that outputs depend on.

        With these and no others, `count` outputs from `first` on have the bits of the whole.
        """
        last = (first + max(count, 1) - 1) * self.num // self.den
        pairs = self.pairs(first * self.num // self.den, last)
        start, stop = (2 * pair * self.advance - self.lead for pair in (pairs.start, pairs.stop))
        return start - self.pad, stop + self.pad


def between(source: int, target: int) -> Plan:
    """The plan from one rate to another, both whole numbers of any unit."""
    ratio = Fraction(source, target)
    return _rational(ratio.numerator, ratio.denominator)


def at_speed(speed: float) -> Plan:
    """The plan for a sound that goes `speed` times as fast, 1/16 to 16."""
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
    """A plan for outputs at any places, of a sound that goes at most `highest` times as fast."""
    return _real(max(highest, 1.0))


def _filtered_rate(speed: float) -> tuple[float, int, int]:
    """The band to keep, of the source's Nyquist frequency, and the filtered rate's up and down."""
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
    """The steep filter alone."""
    sinc = WindowedSinc(PASS * band, band, STEEP_DB)
    grain = _GRAIN << down
    pad = (int(sinc.half) + grain) // grain * grain
    size = 1 << (_WIDE * pad - 1).bit_length()
    large = max(size, (size << up) >> down)
    places = np.arange(int(sinc.half * (1 << up)) + 1) / float(1 << up)
    values = np.zeros(large)
    values[: places.size] = sinc.at(places)
    # Around place 0 of the cyclic transform: its spectrum is real, and nothing is delayed.
    values[large - places.size + 1 :] = values[places.size - 1 : 0 : -1]
    half = rfft(values).real * (1.0 / large)
    spectrum = np.concatenate([half, half[-2:0:-1]])
    lead = grain if has_short else 0
    nothing = np.zeros((0, 0, 1, 8))
    return Plan(up, down, pad, size - 2 * pad, lead, size, spectrum, 0, 0, nothing, 1, 1)


def _with_short(steep: Plan, band: float, step: Fraction, is_real: bool) -> Plan:
    """The plan of a steep filter with the short filter after it."""
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
    # Kaiser's formula for the length, solved for the dB that so many taps allow.
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
