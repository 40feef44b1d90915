from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.metric.tempo import TempoMap, samples, square_root
from approx_build.metric.time import Time, Unit, duration, moment
from approx_build.score.tempo_marks import MeterMark, TempoMark, tempo_map
from approx_build.yaml_source import strictly


def mapped(
    tempo: list[dict[str, object]], meter: list[dict[str, object]] | None = None
) -> TempoMap:
    found: list[str] = []
    made = tempo_map(
        [strictly(TempoMark, mark) for mark in tempo],  # type: ignore[arg-type]
        [strictly(MeterMark, mark) for mark in meter or []],  # type: ignore[arg-type]
        lambda loc, message: found.append(f"{loc}: {message}"),
    )
    assert not found
    return made


ACCELERANDO = mapped([{"at": 0, "bpm": 60, "ramp": True}, {"at": "bar 5", "bpm": 120}])
MIXED = mapped(
    [{"at": 0, "bpm": 120}],
    [
        {"at": "bar 1", "meter": "4/4"},
        {"at": "bar 3", "meter": "6/8"},
        {"at": "bar 5", "meter": "3/4"},
    ],
)


def test_without_marks_a_beat_is_a_second() -> None:
    assert TempoMap().seconds(moment("bar 2.3.5")) == Fraction("6.5")
    assert TempoMap().length(duration("2 bars")) == 8


def test_at_44100_hz_every_beat_of_120_bpm_is_a_whole_sample() -> None:
    tempo = mapped([{"at": 0, "bpm": 120}])
    assert samples(tempo.seconds(moment("bar 1001.1")), 44_100) == 4000 * 22_050
    assert samples(Fraction("0.1") * 3, 44_100) == 13_230


def test_samples_round_halves_to_even() -> None:
    assert [samples(Fraction(n, 2), 1) for n in (1, 3, 5)] == [0, 2, 2]


def test_a_ramp_lasts_its_beats_at_the_mean_tempo() -> None:
    assert ACCELERANDO.seconds(moment("bar 5")) == Fraction(16 * 60, 90)
    assert ACCELERANDO.bpm(Fraction(16, 3)) == 90
    assert ACCELERANDO.bpm(Fraction(100)) == 120


def test_a_ramp_by_seconds_and_by_bars_is_the_same() -> None:
    by_time = mapped([{"at": 0, "bpm": 60, "ramp": True}, {"at": 12, "bpm": 100}])
    assert by_time.quarters(Fraction(12)) == 16
    by_bars = mapped([{"at": 0, "bpm": 60, "ramp": True}, {"at": "bar 5", "bpm": 100}])
    assert by_bars == by_time


def test_inside_a_ramp_beats_are_quadratic_in_time() -> None:
    half = ACCELERANDO.seconds(moment("bar 5")) / 2
    # The mean tempo of the first half is 75 quarters in a minute.
    assert ACCELERANDO.quarters(half) == half * 75 / 60


def test_a_ramp_may_slow_down() -> None:
    slower = mapped([{"at": 0, "bpm": 120, "ramp": True}, {"at": "bar 5", "bpm": 60}])
    assert slower.seconds(moment("bar 5")) == Fraction(16 * 60, 90)
    assert slower.seconds(moment("bar 3")) < slower.seconds(moment("bar 5")) / 2


def test_meters_change_the_length_of_bars_and_beats() -> None:
    assert MIXED.seconds(moment("bar 3")) == 4
    assert MIXED.seconds(moment("bar 3.2")) == Fraction("4.25")
    assert MIXED.seconds(moment("bar 4")) == Fraction("5.5")
    assert MIXED.seconds(moment("bar 5")) == 7
    assert MIXED.length(duration("2 bars"), Fraction(2)) == Fraction("3.5")
    assert MIXED.length(duration("4 beats"), Fraction(3)) == Fraction("1.5")


def test_a_bar_has_no_beat_beyond_its_meter() -> None:
    with pytest.raises(ValueError, match=r"'bar 5\.4': a bar of 3/4 has 3 beats"):
        MIXED.seconds(moment("bar 5.4"))
    assert MIXED.seconds(moment("bar 5.3.999")) < MIXED.seconds(moment("bar 6"))


def test_more_than_a_day_is_refused() -> None:
    slow = mapped([{"at": 0, "bpm": 1}])
    with pytest.raises(ValueError, match="more than a day at this tempo"):
        slow.seconds(moment("bar 1000"))
    with pytest.raises(ValueError, match="more than a day"):
        slow.length(duration("1000 bars"))


def test_note_values_last_the_same_in_every_meter_and_beats_do_not() -> None:
    for bar in ("bar 1", "bar 3"):
        start = MIXED.seconds(moment(bar))
        assert MIXED.length(duration("1/8"), start) == Fraction("0.25")
    assert MIXED.length(duration("1 beat"), MIXED.seconds(moment("bar 1"))) == Fraction("0.5")
    assert MIXED.length(duration("1 beat"), MIXED.seconds(moment("bar 3"))) == Fraction("0.25")


def test_lengths_are_added_to_moments_one_after_the_other() -> None:
    assert MIXED.seconds(moment("bar 2 + 1 bar + 1 beat")) == MIXED.seconds(moment("bar 3.2"))
    assert MIXED.seconds(moment("bar 3 - 1 beat")) == MIXED.seconds(moment("bar 2.4"))
    assert MIXED.seconds(moment("bar 3 - 1/4")) == MIXED.seconds(moment("bar 2.4"))
    assert MIXED.seconds(moment("bar 3 + 0.5")) == Fraction("4.5")
    assert MIXED.length(duration("1 bar + 1/4"), Fraction(0)) == Fraction("2.5")


def test_sections_are_moments_by_name() -> None:
    tempo = replace(ACCELERANDO, sections={"A": Fraction(0), "B": Fraction(16)})
    assert tempo.seconds(moment("B")) == 16
    assert tempo.seconds(moment("B + 2 beats")) == 17
    with pytest.raises(ValueError, match="there is no section 'C'; there are A and B"):
        tempo.seconds(moment("C"))
    with pytest.raises(ValueError, match=r"needs a time such as .*, is 'C'"):
        TempoMap().seconds(moment("C"))


def test_nothing_begins_before_the_movement_or_is_shorter_than_nothing() -> None:
    with pytest.raises(ValueError, match="'bar 1 - 1 beats' is before the movement's start"):
        MIXED.seconds(moment("bar 1 - 1 beat"))
    with pytest.raises(ValueError, match="'1/8 - 1/4' is shorter than nothing"):
        MIXED.length(duration("1/8 - 1/4"), Fraction(4))


def test_a_moment_is_no_duration_and_the_other_way_round() -> None:
    with pytest.raises(ValueError, match="not a moment"):
        TempoMap().seconds(duration("2 bars"))
    with pytest.raises(ValueError, match="not a length"):
        TempoMap().length(moment("bar 2"))


@given(st.fractions(0, 10**6, max_denominator=10**6))
def test_the_square_root_is_right_to_2_to_the_minus_80(value: Fraction) -> None:
    root = square_root(value)
    assert root**2 <= value < (root + Fraction(1, 2**79)) ** 2
    assert square_root(value**2) == value


MARKS = st.lists(
    st.tuples(st.integers(1, 30), st.integers(50, 4000).map(lambda n: n / 10), st.booleans()),
    min_size=1,
    max_size=6,
)


@st.composite
def tempo_maps(draw: st.DrawFn) -> TempoMap:
    bar, marks = 1, list[dict[str, object]]()
    for gap, bpm, ramp in draw(MARKS):
        marks.append({"at": f"bar {bar}", "bpm": bpm, "ramp": ramp})
        bar += gap
    marks[-1]["ramp"] = False
    meters = draw(
        st.sampled_from([None, [{"at": "bar 1", "meter": "7/8"}, {"at": "bar 4", "meter": "5/2"}]])
    )
    return mapped(marks, meters)


@given(tempo_maps(), st.lists(st.fractions(0, 1000, max_denominator=999), min_size=2, max_size=5))
def test_beats_rise_with_time(tempo: TempoMap, times: list[Fraction]) -> None:
    ordered = sorted(set(times))
    quarters = [tempo.quarters(time) for time in ordered]
    assert quarters == sorted(set(quarters))


@given(tempo_maps(), st.fractions(0, 1000, max_denominator=999))
def test_seconds_and_beats_are_inverse(tempo: TempoMap, seconds: Fraction) -> None:
    bar, beat = tempo.bar_beat(seconds)
    position = Time(Unit.BAR, Fraction(bar), beat)
    assert abs(tempo.seconds(position) - seconds) < Fraction(1, 10**15)


@given(tempo_maps(), st.integers(1, 200), st.integers(0, 50))
def test_so_many_bars_later_is_the_bar_of_that_number(tempo: TempoMap, bar: int, more: int) -> None:
    start, end = tempo.seconds(moment(f"bar {bar}")), tempo.seconds(moment(f"bar {bar + more}"))
    assert abs(start + tempo.length(duration(f"{more} bars"), start) - end) < Fraction(1, 10**12)
