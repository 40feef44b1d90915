"""Times as a composer writes them: seconds, `1:23.5`, `bar 3.2`, `2 bars`, `3 beats`.

Decimals are kept exactly, as fractions of the text that was written: 12.1 is 121/10.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Final

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from approx_build.yaml_source.messages import shown

DAY_S: Final = 86_400
LAST_BAR: Final = 100_000

# Digits are limited, so that fractions stay small and no text takes long to read.
_NUMBER = r"[0-9]{1,12}(?:\.[0-9]{1,20})?"
_SECONDS = re.compile(_NUMBER)
_CLOCK = re.compile(r"(?:([0-9]{1,4}):)?([0-9]{1,6}):([0-9]{2}(?:\.[0-9]{1,20})?)")
_BAR = re.compile(
    rf"bar +([0-9]{{1,9}})(?:\.({_NUMBER})(?: *\+ *([0-9]{{1,9}})/([0-9]{{1,9}}))?)?",
    re.IGNORECASE,
)
_COUNT = re.compile(
    rf"(?:({_NUMBER})|(?:([0-9]{{1,9}}) +)?([0-9]{{1,9}})/([0-9]{{1,9}})) *(bar|beat)s?",
    re.IGNORECASE,
)


class Unit(enum.Enum):
    """What a time counts."""

    SECONDS = "seconds"  # a moment or a duration
    BAR = "bar"  # a moment: a beat of a bar
    BARS = "bars"  # a duration
    BEATS = "beats"  # a duration


@dataclass(frozen=True, slots=True)
class Time:
    """A moment or a duration as written. `beat` belongs to a moment in a bar."""

    unit: Unit
    amount: Fraction
    beat: Fraction = Fraction(1)

    def __str__(self) -> str:
        match self.unit:
            case Unit.SECONDS:
                return clock(self.amount)
            case Unit.BAR:
                return f"bar {self.amount}" + (f".{_beat(self.beat)}" if self.beat != 1 else "")
            case _:
                return f"{_number(self.amount)} {self.unit.value}"


ZERO: Final = Time(Unit.SECONDS, Fraction(0))


def moment(value: object) -> Time:
    """A place in time: seconds, `m:ss.mmm`, `bar N` or `bar N.B`; ValueError in plain words."""
    time = _read(value, 'a time such as 12.5, "1:23.5" or "bar 3.2"')
    if time.unit in (Unit.BARS, Unit.BEATS):
        raise ValueError(f"'{value}' is a length, not a moment; a moment is written \"bar 3\"")
    return time


def duration(value: object) -> Time:
    """How long: seconds, `m:ss.mmm`, `N bars` or `N beats`; ValueError in plain words."""
    time = _read(value, 'a length such as 12.5, "1:23.5" or "2 bars"')
    if time.unit is Unit.BAR:
        raise ValueError(f"'{value}' is a moment, not a length; a length is written \"3 bars\"")
    return time


def _read(value: object, needed: str) -> Time:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _seconds(Fraction(str(value)), value)
    text = value.strip() if isinstance(value, str) else ""
    # The patterns have no sign: otherwise the message would be about the form of the time.
    if text.startswith("-"):
        raise ValueError(f"must not be negative (is {shown(value)})")
    if _SECONDS.fullmatch(text):
        return _seconds(Fraction(text), value)
    if found := _CLOCK.fullmatch(text):
        return _clock(found, value)
    if found := _BAR.fullmatch(text):
        return _bar(found)
    if found := _COUNT.fullmatch(text):
        return _count(found)
    raise ValueError(f"needs {needed}, is {shown(value)}")


def _seconds(amount: Fraction, value: object) -> Time:
    if amount < 0:
        raise ValueError(f"must not be negative (is {shown(value)})")
    if amount > DAY_S:
        raise ValueError(f"is longer than a day ({shown(value)})")
    return Time(Unit.SECONDS, amount)


def _clock(found: re.Match[str], value: object) -> Time:
    hours, minutes, seconds = found[1], found[2], Fraction(found[3])
    if hours is not None and (len(minutes) != 2 or int(minutes) > 59):
        raise ValueError(f"minutes go from 00 to 59 after hours (is {shown(value)})")
    if seconds >= 60:
        raise ValueError(f"seconds go from 00 to 59 after minutes (is {shown(value)})")
    return _seconds(int(hours or 0) * 3600 + int(minutes) * 60 + seconds, value)


def _bar(found: re.Match[str]) -> Time:
    bar, beat = int(found[1]), Fraction(found[2] or 1) + _ratio(found[3], found[4])
    if not 1 <= bar <= LAST_BAR:
        raise ValueError(f"bars count from 1 to {LAST_BAR} (is {bar})")
    if beat < 1:
        raise ValueError(f"beats count from 1 (is {_number(beat)})")
    return Time(Unit.BAR, Fraction(bar), beat)


def _count(found: re.Match[str]) -> Time:
    amount = Fraction(found[1] or found[2] or 0) + _ratio(found[3], found[4])
    if amount > LAST_BAR:
        raise ValueError(f"at most {LAST_BAR} {found[5]}s (is {_number(amount)})")
    return Time(Unit.BARS if found[5].lower() == "bar" else Unit.BEATS, amount)


def _ratio(upper: str | None, lower: str | None) -> Fraction:
    if upper is None or lower is None:
        return Fraction(0)
    if not int(lower):
        raise ValueError(f"{upper}/{lower} divides by zero")
    return Fraction(int(upper), int(lower))


def clock(seconds: Fraction) -> str:
    """Seconds as `m:ss.mmm`, exactly, with as many decimals as that takes."""
    minutes, rest = divmod(seconds, 60)
    whole, part = divmod(rest, 1)
    return f"{minutes}:{whole:02d}{_decimals(part)}"


def _number(amount: Fraction) -> str:
    """A decimal where it ends, else a whole number and a ratio."""
    whole, part = divmod(amount, 1)
    if _is_decimal(part):
        return f"{whole}{_decimals(part)}"
    return f"{whole} {part}" if whole else str(part)


def _beat(beat: Fraction) -> str:
    whole, part = divmod(beat, 1)
    return f"{whole}{_decimals(part)}" if _is_decimal(part) else f"{whole}+{part}"


def _is_decimal(part: Fraction) -> bool:
    # As many decimals as `_NUMBER` reads: what is printed can be read again.
    return 10**20 % part.denominator == 0


def _decimals(part: Fraction) -> str:
    """The decimals of a fraction below 1 with their point; nothing for 0."""
    digits = round(part * 10**20)
    return "." + f"{digits:020d}".rstrip("0") if digits else ""


_WRITTEN = PlainSerializer(str, return_type=str)
Moment = Annotated[
    Time,
    PlainValidator(moment),
    _WRITTEN,
    WithJsonSchema({"type": ["number", "string"], "minimum": 0, "examples": ["1:23.5", "bar 3.2"]}),
]
"""When, from the movement's start."""
Duration = Annotated[
    Time,
    PlainValidator(duration),
    _WRITTEN,
    WithJsonSchema({"type": ["number", "string"], "minimum": 0, "examples": ["1:23.5", "2 bars"]}),
]
"""How long."""
