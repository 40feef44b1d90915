from __future__ import annotations

import contextlib
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.score.time import Time, Unit, clock, duration, moment

HUNDREDTHS = st.integers(0, 8_640_000).map(lambda n: Fraction(n, 100))


def seconds(amount: str) -> Time:
    return Time(Unit.SECONDS, Fraction(amount))


@pytest.mark.parametrize(
    ("written", "time"),
    [
        (12, seconds("12")),
        (12.1, seconds("12.1")),
        (0, seconds("0")),
        (1e-3, seconds("0.001")),
        ("12.5", seconds("12.5")),
        ("1:23.5", seconds("83.5")),
        ("0:00", seconds("0")),
        ("90:00", seconds("5400")),
        ("1:02:03.004", seconds("3723.004")),
        ("bar 3", Time(Unit.BAR, Fraction(3))),
        ("Bar 3.2", Time(Unit.BAR, Fraction(3), Fraction(2))),
        ("bar 3.2.5", Time(Unit.BAR, Fraction(3), Fraction(5, 2))),
        ("bar 3.2+1/3", Time(Unit.BAR, Fraction(3), Fraction(7, 3))),
        ("bar 10.4.75", Time(Unit.BAR, Fraction(10), Fraction(19, 4))),
    ],
)
def test_moments_are_read_exactly(written: object, time: Time) -> None:
    assert moment(written) == time


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("3:22", seconds("202")),
        ("2 bars", Time(Unit.BARS, Fraction(2))),
        ("1 bar", Time(Unit.BARS, Fraction(1))),
        ("1.5 beats", Time(Unit.BEATS, Fraction(3, 2))),
        ("2/3 beats", Time(Unit.BEATS, Fraction(2, 3))),
        ("1 1/3 bars", Time(Unit.BARS, Fraction(4, 3))),
    ],
)
def test_durations_are_read_exactly(written: object, time: Time) -> None:
    assert duration(written) == time


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (-4, r"must not be negative \(is -4\)"),
        ("-0:05", r"must not be negative \(is '-0:05'\)"),
        (86_401, "longer than a day"),
        ("25:00:00", "longer than a day"),
        ("1:5", "needs a time such as"),
        ("1:60", "seconds go from 00 to 59"),
        ("1:60:00", "minutes go from 00 to 59"),
        ("bar 0", "bars count from 1 to 100000"),
        ("bar 100001", "bars count from 1"),
        ("bar 3.0", "beats count from 1"),
        ("bar 3.1+1/0", "1/0 divides by zero"),
        ("bar -1", "needs a time"),
        ("soon", 'needs a time such as 12.5, "1:23.5" or "bar 3.2", is \'soon\''),
        ("", "needs a time"),
        (None, "is empty"),
        (True, "is true"),
        ([1], "is a list of 1"),
        ("2 bars", 'is a length, not a moment; a moment is written "bar 3"'),
        ("１:00", "needs a time"),
    ],
)
def test_what_is_no_moment_is_refused_in_plain_words(written: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        moment(written)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("bar 3", 'is a moment, not a length; a length is written "3 bars"'),
        ("100001 bars", "at most 100000 bars"),
        ("1/0 beats", "divides by zero"),
        ("x bars", 'needs a length such as 12.5, "1:23.5" or "2 bars"'),
    ],
)
def test_what_is_no_duration_is_refused_in_plain_words(written: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        duration(written)


@given(HUNDREDTHS)
def test_seconds_round_trip(amount: Fraction) -> None:
    time = Time(Unit.SECONDS, amount)
    assert moment(str(time)) == time
    assert moment(float(amount)) == time


@given(st.integers(1, 100_000), st.fractions(1, 64, max_denominator=1000))
def test_bars_and_beats_round_trip(bar: int, beat: Fraction) -> None:
    time = Time(Unit.BAR, Fraction(bar), beat)
    assert moment(str(time)) == time


@given(st.sampled_from([Unit.BARS, Unit.BEATS]), st.fractions(0, 1000, max_denominator=999))
def test_counts_round_trip(unit: Unit, amount: Fraction) -> None:
    time = Time(unit, amount)
    assert duration(str(time)) == time


def test_the_clock_is_exact() -> None:
    assert clock(Fraction("3723.0045")) == "62:03.0045"
    assert clock(Fraction(0)) == "0:00"


@given(st.one_of(st.text(max_size=20), st.floats(), st.integers(), st.booleans(), st.none()))
def test_anything_is_a_time_or_refused_with_words(value: object) -> None:
    for read in (moment, duration):
        with contextlib.suppress(ValueError):
            assert read(value).amount >= 0
