"""The grammar of times: moments such as `bar 3.2` and `B + 2 bars`, lengths such as `1/8`.

Decimals are kept exactly, as fractions of the text that was written: 12.1 is 121/10.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Annotated, Final

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from approx_build.metric.meant import meant
from approx_build.yaml_source.corrections import typed
from approx_build.yaml_source.messages import shown

DAY_S: Final = 86_400
LAST_BAR: Final = 100_000

# Digits are limited, so that fractions stay small and no text takes long to read.
_NUMBER = r"[0-9]{1,12}(?:\.[0-9]{1,20})?"
_RATIO = r"([0-9]{1,9})/([0-9]{1,9})"
_SECONDS = re.compile(_NUMBER)
_CLOCK = re.compile(r"(?:([0-9]{1,4}):)?([0-9]{1,6}):([0-9]{2}(?:\.[0-9]{1,20})?)")
_BAR = re.compile(rf"bar +([0-9]{{1,9}})(?:\.({_NUMBER})(?:\+{_RATIO})?)?", re.IGNORECASE)
_COUNT = re.compile(rf"(?:({_NUMBER})|(?:([0-9]{{1,9}}) +)?{_RATIO}) *(bar|beat)s?", re.IGNORECASE)
_NOTE = re.compile(rf"{_RATIO}( *notes?)?", re.IGNORECASE)
_SECTION = re.compile(r"(?!(?:bar|beat|note)s?$)[A-Za-z][A-Za-z0-9_-]{0,63}", re.IGNORECASE)
# Spaces around the sign: `bar 3.2+1/3` is a beat, and a name may contain `-`.
_SIGN = re.compile(r" +([+-]) +")
_MOST_TERMS: Final = 8
_FINEST: Final = 128
"""The shortest note value is a 128th; a third of one of these makes triplets."""


class Unit(enum.Enum):
    """What a time counts."""

    SECONDS = "seconds"  # a moment or a duration
    BAR = "bar"  # a moment: a beat of a bar
    BARS = "bars"  # a duration
    BEATS = "beats"  # a duration
    NOTES = "notes"  # a duration: a note value, in whole notes
    SECTION = "section"  # a moment: where a section begins


@dataclass(frozen=True, slots=True)
class Time:
    """A moment or a duration as written.

    `beat` belongs to a moment in a bar, `name` to a section. `then` are the lengths added to it;
    those that are subtracted have a negative amount.
    """

    unit: Unit
    amount: Fraction
    beat: Fraction = Fraction(1)
    name: str = ""
    then: tuple[Time, ...] = ()

    @property
    def is_moment(self) -> bool:
        """Whether it can only be a moment: a bar or a section."""
        return self.unit in (Unit.BAR, Unit.SECTION)

    @property
    def is_seconds(self) -> bool:
        """Whether it needs no tempo."""
        return self.unit is Unit.SECONDS and all(each.is_seconds for each in self.then)

    @property
    def is_some(self) -> bool:
        """Whether a term of it is above 0; only a tempo map can tell whether their sum is."""
        return any(each.amount > 0 for each in (self, *self.then))

    def __str__(self) -> str:
        text = self._head()
        for each in self.then:
            sign = "-" if each.amount < 0 else "+"
            text += f" {sign} {replace(each, amount=abs(each.amount))}"
            # Without the word, it could also be a part of the beat.
            text += " note" if self._has_beat and each.unit is Unit.NOTES else ""
        return text

    @property
    def _has_beat(self) -> bool:
        return self.unit is Unit.BAR and self.beat != 1

    def _head(self) -> str:
        match self.unit:
            case Unit.SECONDS:
                return clock(self.amount)
            case Unit.BAR:
                return f"bar {self.amount}" + (f".{_beat(self.beat)}" if self.beat != 1 else "")
            case Unit.SECTION:
                return self.name
            case Unit.NOTES:
                # A third of a whole note has no note value of its own.
                factor = 2 if self.amount.denominator == 3 else 1
                return f"{self.amount.numerator * factor}/{self.amount.denominator * factor}"
            case _:
                return f"{_number(self.amount)} {self.unit.value}"


def scaled(length: Time, factor: Fraction) -> Time:
    """A length so many times as long, each of its terms."""
    then = tuple(replace(each, amount=each.amount * factor) for each in length.then)
    return replace(length, amount=length.amount * factor, then=then)


ZERO: Final = Time(Unit.SECONDS, Fraction(0))
A_MOMENT: Final = 'a time such as 12.5, "1:23.5" or "bar 3.2"'


def moment(value: object) -> Time:
    """A place in time: seconds, `m:ss.mmm`, `bar N.B` or a section, and lengths added to it.

    ValueError in plain words. Whether there is such a section, only a tempo map can tell.
    """
    time = _read(value, A_MOMENT, moment)
    if not time.is_moment and time.unit is not Unit.SECONDS:
        raise ValueError(f"'{value}' is a length, not a moment; {_as_moment(time)}")
    return time


def _as_moment(length: Time) -> str:
    """What to write for the moment that a length may have meant."""
    if length.unit is Unit.BARS and length.amount.denominator == 1 and not length.then:
        bar = int(length.amount)
        return f'write "bar {bar + 1}" for the time after {length}, or "bar {bar}"'
    return f'write "bar 1 + {length}" for the time so long after the beginning'


def duration(value: object) -> Time:
    """How long: seconds, `m:ss.mmm`, `N bars`, `N beats`, a note value, or a sum of these.

    ValueError in plain words.
    """
    needed = 'a length such as 12.5, "1:23.5", "2 bars", "3 beats" or "1/8"'
    time = _read(value, needed, duration)
    if time.unit is Unit.SECTION:
        raise ValueError(f"needs {needed}, is {shown(value)}")
    if time.is_moment:
        raise ValueError(f"'{value}' is a moment, not a length; a length is written \"3 bars\"")
    return time


def _read(value: object, needed: str, read: Callable[[object], Time] | None = None) -> Time:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _seconds(Fraction(str(value)), value)
    text = value.strip() if isinstance(value, str) else ""
    # The patterns have no sign: otherwise the message would be about the form of the time.
    if typed(text).startswith("-"):
        raise ValueError(f"must not be negative (is {shown(value)})")
    first, *rest = _SIGN.split(text, maxsplit=_MOST_TERMS)
    head, terms = _term(first, value), [_term(each, value) for each in rest[1::2]]
    if head is None or None in terms:
        raise ValueError(meant(f"needs {needed}, is {shown(value)}", value, read))
    then = tuple(
        replace(term, amount=-term.amount if sign == "-" else term.amount)
        for sign, term in zip(rest[::2], terms, strict=True)
        if term
    )
    _check_terms(head, then, rest[1::2], value)
    return replace(head, then=then)


def _check_terms(head: Time, then: tuple[Time, ...], written: list[str], value: object) -> None:
    for each in then:
        if each.is_moment:
            raise ValueError(f"'{each}' is a moment; only lengths can be added (is {shown(value)})")
    ratio = next((each for each in written if re.fullmatch(_RATIO, each)), "")
    if ratio and head.unit is Unit.BAR and head.beat != 1:
        raise ValueError(
            f"'{value}' can mean two things; write \"{head}+{ratio}\" for {ratio} of a beat, "
            f'or "… + {ratio} note" for the note value'
        )


def _term(text: str, value: object) -> Time | None:
    """One moment or length; None if the text is neither."""
    if _SECONDS.fullmatch(text):
        return _seconds(Fraction(text), value)
    if found := _CLOCK.fullmatch(text):
        return _clock(found, value)
    if found := _BAR.fullmatch(text):
        return _bar(found)
    if found := _COUNT.fullmatch(text):
        return _count(found)
    if found := _NOTE.fullmatch(text):
        return _note(found)
    if _SECTION.fullmatch(text):
        return Time(Unit.SECTION, Fraction(0), name=text)
    return None


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


def _note(found: re.Match[str]) -> Time:
    amount, lower = _ratio(found[1], found[2]), int(found[2])
    whole = lower // 3 if lower % 3 == 0 and lower > 3 else lower
    if whole > _FINEST or whole & (whole - 1):
        raise ValueError(
            f"{found[1]}/{found[2]} is no note value; write 1/4, 3/8 or, for triplets, 1/12, or "
            f'"{found[1]}/{found[2]} beats"'
        )
    if amount > LAST_BAR:
        raise ValueError(f"at most {LAST_BAR} whole notes (is {_number(amount)})")
    return Time(Unit.NOTES, amount)


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


def _schema(*examples: str) -> WithJsonSchema:
    return WithJsonSchema({"type": ["number", "string"], "minimum": 0, "examples": [*examples]})


Moment = Annotated[
    Time, PlainValidator(moment), _WRITTEN, _schema("1:23.5", "bar 3.2", "B + 2 bars")
]
"""When, from the movement's start."""
Duration = Annotated[
    Time, PlainValidator(duration), _WRITTEN, _schema("1:23.5", "2 bars", "3 beats", "1/8")
]
"""How long."""
