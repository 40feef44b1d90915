"""The tempo map of a movement: bars and beats to seconds and back.

Tempo counts quarter notes in a minute, whatever the meter; a beat of a bar is the note of the
meter's lower number, so in 6/8 a beat is an eighth and lasts half as long as in 6/4.

A ramp changes the tempo in a straight line over time, from its mark to the next. Beats are
then quadratic in time, so the length of a ramp follows from its beats by + − × ÷ alone, and a
moment inside it by a square root. Everything is a fraction; the root, where it has no end, is
rounded to 80 binary places by whole-number arithmetic, the same on every machine. Where thousands
of marks make a fraction of hundreds of digits, it is rounded to 256 binary places.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import isqrt
from operator import attrgetter
from typing import Final, TypeVar

from approx_build.metric.meant import meant
from approx_build.metric.time import A_MOMENT, DAY_S, Time, Unit, moment

_ROOT_BITS: Final = 80

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TempoSpan:
    """From `start_s` and `start` quarters on: `bpm`, changing by `slope` bpm a second."""

    start_s: Fraction
    start: Fraction
    bpm: Fraction
    slope: Fraction = Fraction(0)

    def quarters(self, seconds: Fraction) -> Fraction:
        """Quarters from the movement's start at `seconds`."""
        past = seconds - self.start_s
        return self.start + (self.bpm + self.slope * past / 2) * past / 60

    def seconds(self, quarters: Fraction) -> Fraction:
        """Seconds from the movement's start at `quarters`."""
        past = (quarters - self.start) * 60
        root = square_root(self.bpm**2 + 2 * self.slope * past) if self.slope else self.bpm
        # This form of the solution also holds for a slope of 0, where the usual one divides by 0.
        return self.start_s + 2 * past / (self.bpm + root)


@dataclass(frozen=True, slots=True)
class MeterSpan:
    """From `bar`, `beats` and `start` quarters on: bars of `upper` beats of 1/`lower`."""

    bar: Fraction
    beats: Fraction
    start: Fraction
    upper: int
    lower: int

    @property
    def beat(self) -> Fraction:
        """Quarters in a beat."""
        return Fraction(4, self.lower)

    @property
    def length(self) -> Fraction:
        """Quarters in a bar."""
        return self.upper * self.beat


@dataclass(frozen=True, slots=True)
class TempoMap:
    """Tempos and meters over a movement; each sequence begins at its start, in order.

    `sections` are moments in seconds by name. `is_written`: whether the score gives a tempo.
    """

    tempos: tuple[TempoSpan, ...] = (TempoSpan(Fraction(0), Fraction(0), Fraction(60)),)
    meters: tuple[MeterSpan, ...] = (MeterSpan(Fraction(1), Fraction(0), Fraction(0), 4, 4),)
    sections: Mapping[str, Fraction] = field(default_factory=dict)
    is_written: bool = False

    def seconds(self, time: Time) -> Fraction:
        """The moment `time` in seconds from the movement's start.

        ValueError when its bar has no such beat, when there is no such section, or when it is
        before the movement or more than a day away.
        """
        seconds = self._moment(time)
        for each in time.then:
            seconds += self._term(each, seconds, self.quarters(seconds))
        if seconds < 0:
            raise ValueError(f"'{time}' is before the movement's start")
        return _sensible(seconds, time)

    def _moment(self, time: Time) -> Fraction:
        """`time` without the lengths added to it."""
        match time.unit:
            case Unit.SECONDS:
                return time.amount
            case Unit.BAR:
                return self.at_quarters(self.position(time))
            case Unit.SECTION if time.name in self.sections:
                return self.sections[time.name]
            case Unit.SECTION if self.sections:
                names = " and ".join(self.sections)
                raise ValueError(f"there is no section '{time.name}'; there are {names}")
            case Unit.SECTION:
                raise ValueError(meant(f"needs {A_MOMENT}, is '{time.name}'", time.name, moment))
            case _:
                raise ValueError(f"'{time}' is a length, not a moment")

    def lengths(self, start: Fraction) -> Callable[[Time], Fraction]:
        """Reads durations that begin at `start` seconds: `length` for many times at once."""
        quarters: Fraction | None = None

        def length(time: Time) -> Fraction:
            nonlocal quarters
            # Most events have lengths in seconds alone, which need no quarters.
            if quarters is None and not time.is_seconds:
                quarters = self.quarters(start)
            return self._length(time, start, quarters or Fraction(0))

        return length

    def length(self, time: Time, start: Fraction = Fraction(0)) -> Fraction:
        """The duration `time` in seconds, when it begins at `start` seconds."""
        return self._length(time, start, self.quarters(start))

    def _length(self, time: Time, start: Fraction, quarters: Fraction) -> Fraction:
        length = self._term(time, start, quarters)
        for each in time.then:
            length += self._term(each, start + length, self.quarters(start + length))
        if length < 0:
            raise ValueError(f"'{time}' is shorter than nothing")
        return _sensible(length, time)

    def _term(self, time: Time, start: Fraction, quarters: Fraction) -> Fraction:
        """The length `time` in seconds from `start` on, where `quarters` have passed; no sum."""
        if time.unit is Unit.SECONDS:
            return time.amount
        span = last(self.meters, quarters, "start")
        if time.unit is Unit.NOTES:
            end = quarters + 4 * time.amount
        elif time.unit is Unit.BARS:
            bars = span.bar + (quarters - span.start) / span.length + time.amount
            span = last(self.meters, bars, "bar")
            end = span.start + (bars - span.bar) * span.length
        elif time.unit is Unit.BEATS:
            beats = span.beats + (quarters - span.start) / span.beat + time.amount
            span = last(self.meters, beats, "beats")
            end = span.start + (beats - span.beats) * span.beat
        else:
            raise ValueError(f"'{time}' is a moment, not a length")
        # Before the movement there is no tempo; the caller reports it.
        return self.at_quarters(end) - start if end >= 0 else min(end, -start - 1)

    def quarters(self, seconds: Fraction) -> Fraction:
        """Quarter notes from the movement's start to `seconds`."""
        return last(self.tempos, seconds, "start_s").quarters(seconds)

    def bar_beat(self, seconds: Fraction) -> tuple[int, Fraction]:
        """The bar and the beat in it at `seconds`, both counted from 1."""
        quarters = self.quarters(seconds)
        span = last(self.meters, quarters, "start")
        bars, rest = divmod(quarters - span.start, span.length)
        return int(span.bar) + bars, 1 + rest / span.beat

    def bpm(self, seconds: Fraction) -> Fraction:
        """The tempo at `seconds`, quarters in a minute."""
        span = last(self.tempos, seconds, "start_s")
        return span.bpm + span.slope * (seconds - span.start_s)

    def position(self, time: Time) -> Fraction:
        """The moment in a bar `time` in quarters from the movement's start.

        ValueError when its bar has no such beat.
        """
        span = last(self.meters, time.amount, "bar")
        if time.beat >= span.upper + 1:
            raise ValueError(f"'{time}': a bar of {span.upper}/{span.lower} has {span.upper} beats")
        return span.start + (time.amount - span.bar) * span.length + (time.beat - 1) * span.beat

    def at_quarters(self, quarters: Fraction) -> Fraction:
        """Seconds from the movement's start when so many quarters have passed."""
        return last(self.tempos, quarters, "start").seconds(quarters)


def last(spans: Sequence[T], now: Fraction, begin: str) -> T:
    """The last span that has begun, by its attribute `begin`; the first when none has."""
    return spans[max(bisect_right(spans, now, key=attrgetter(begin)) - 1, 0)]


def _sensible(seconds: Fraction, time: Time) -> Fraction:
    if seconds > DAY_S:
        raise ValueError(f"'{time}' is more than a day at this tempo")
    return seconds


def square_root(value: Fraction) -> Fraction:
    """The root of a fraction: exact when it is one, else down to the next 2^-80 of 1/denominator.

    Whole-number arithmetic alone, so the same everywhere.
    """
    upper, lower = isqrt(value.numerator), isqrt(value.denominator)
    if upper**2 == value.numerator and lower**2 == value.denominator:
        return Fraction(upper, lower)
    # sqrt(n/d) = sqrt(n·d)/d: one whole root instead of two.
    scaled = (value.numerator * value.denominator) << (2 * _ROOT_BITS)
    return Fraction(isqrt(scaled), value.denominator << _ROOT_BITS)


def rounded(value: Fraction, places: int = 256) -> Fraction:
    """A fraction as it is, or of a much longer one its binary places: the same everywhere."""
    if 2 * value.denominator.bit_length() <= 3 * places:
        return value
    return Fraction(round(value * (1 << places)), 1 << places)


def samples(seconds: Fraction, rate: int) -> int:
    """`seconds` as a whole number of samples at `rate` Hz, nearest, ties to even."""
    return round(seconds * rate)
