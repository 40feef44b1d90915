from __future__ import annotations

import contextlib
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.metric.time import Time, Unit, clock, duration, moment

HUNDREDTHS = st.integers(0, 8_640_000).map(lambda n: Fraction(n, 100))


def seconds(amount: str) -> Time:
    return Time(Unit.SECONDS, Fraction(amount))


def notes(amount: str) -> Time:
    return Time(Unit.NOTES, Fraction(amount))


BARS = Time(Unit.BARS, Fraction(2))


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
        ("B", Time(Unit.SECTION, Fraction(0), name="B")),
        ("coda-2 + 2 bars", Time(Unit.SECTION, Fraction(0), name="coda-2", then=(BARS,))),
        ("bar 9 - 1/8", Time(Unit.BAR, Fraction(9), then=(notes("-1/8"),))),
        ("bar 9.3 + 1/8 note", Time(Unit.BAR, Fraction(9), Fraction(3), then=(notes("1/8"),))),
        ("1:02 + 2 bars - 0.5", Time(Unit.SECONDS, Fraction(62), then=(BARS, seconds("-0.5")))),
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
        ("1/8", notes("1/8")),
        ("3/16", notes("3/16")),
        ("1/12", notes("1/12")),
        ("5/4 notes", notes("5/4")),
        ("2 bars + 1/16", Time(Unit.BARS, Fraction(2), then=(notes("1/16"),))),
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
        ("so on", 'needs a time such as 12.5, "1:23.5" or "bar 3.2", is \'so on\''),
        ("bar", "needs a time such as"),
        ("B + bar 3", "'bar 3' is a moment; only lengths can be added"),
        ("B + ", "needs a time such as"),
        ("1/8", 'is a length, not a moment; write "bar '),
        ("bar 9.3 + 1/8", 'write "bar 9.3\\+1/8" for 1/8 of a beat, or "… \\+ 1/8 note"'),
        ("", "needs a time"),
        (None, "is empty"),
        (True, "is true"),
        ([1], "is a list of 1"),
        ("2 bars", 'is a length, not a moment; write "bar '),
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
        ("x bars", 'needs a length such as 12.5, "1:23.5", "2 bars", "3 beats" or "1/8", is'),
        ("B", "needs a length such as"),
        ("1/5", '1/5 is no note value; write 1/4, 3/8 or, for triplets, 1/12, or "1/5 beats"'),
        ("1/3", "no note value"),
        ("1/256", "no note value"),
        ("1/0", "divides by zero"),
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


@given(st.integers(0, 999), st.sampled_from([1, 2, 4, 64, 128, 6, 12, 96, 384]))
def test_note_values_round_trip(upper: int, lower: int) -> None:
    time = Time(Unit.NOTES, Fraction(upper, lower))
    assert duration(str(time)) == time == duration(f"{upper}/{lower} notes")


@given(
    st.sampled_from(["bar 3", "bar 7.2.5", "B", "0:12.25"]),
    st.lists(st.sampled_from(["2 bars", "1.5 beats", "3/8", "0:02", "2/3 beats"]), max_size=3),
    st.sampled_from("+-"),
)
def test_sums_round_trip(first: str, lengths: list[str], sign: str) -> None:
    time = moment(
        f" {sign} ".join(
            [
                first,
                *(
                    f"{each} note" if "/" in each and "beat" not in each else each
                    for each in lengths
                ),
            ]
        )
    )
    assert moment(str(time)) == time


def test_the_clock_is_exact() -> None:
    assert clock(Fraction("3723.0045")) == "62:03.0045"
    assert clock(Fraction(0)) == "0:00"


@given(st.one_of(st.text(max_size=20), st.floats(), st.integers(), st.booleans(), st.none()))
def test_anything_is_a_time_or_refused_with_words(value: object) -> None:
    for read in (moment, duration):
        with contextlib.suppress(ValueError):
            assert read(value).amount >= 0
