from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf, quad

from approx_build.metric.pace import QUARTER, Pace, Start
from approx_build.metric.tempo import TempoMap, samples
from approx_build.metric.time import duration, moment
from tests.metric.test_tempo import MIXED, mapped

RATE = 44_100
RAMPS = mapped(
    [
        {"at": 0, "bpm": 60, "ramp": True},
        {"at": "bar 5", "bpm": 120},
        {"at": "bar 7", "bpm": 97.3, "ramp": True},
        {"at": "bar 12", "bpm": 31.7},
    ],
    [
        {"at": "bar 1", "meter": "4/4"},
        {"at": "bar 4", "meter": "6/8"},
        {"at": "bar 9", "meter": "5/16"},
    ],
)


def bpm_at(seconds: mpf) -> mpf:
    """The tempo as the marks say, by their moments alone: straight lines over time."""
    marks = [(0, 60, 120), ("bar 5", 120, 120), ("bar 7", 97.3, 31.7), ("bar 12", 31.7, 31.7)]
    times = [mpf(0), *(exact(RAMPS.seconds(moment(at))) for at, _, _ in marks[1:]), None]
    for (_, first, second), start, stop in zip(marks, times, times[1:], strict=True):
        if stop is None or seconds < stop:
            past = mpf(0) if stop is None else (seconds - start) / (stop - start)
            return mpf(str(first)) + (mpf(str(second)) - mpf(str(first))) * past
    raise AssertionError


def exact(value: Fraction) -> mpf:
    return mpf(value.numerator) / value.denominator


def integrated(start: mpf, stop: mpf, quarters: list[tuple[Fraction, Fraction]]) -> mpf:
    """Steps between two moments, by numerical integration of the tempo over the length of a step.

    `quarters` says how long a step is, in quarters, from which second on.
    """
    edges = [exact(RAMPS.seconds(moment(bar))) for bar in ("bar 5", "bar 7", "bar 12")]
    edges += [exact(at) for at, _ in quarters]
    inside = [start, *sorted({edge for edge in edges if start < edge < stop}), stop]

    def density(seconds: mpf) -> mpf:
        length = next(long for at, long in reversed(quarters) if exact(at) <= seconds)
        return bpm_at(seconds) / 60 / exact(length)

    # By pieces: a jump of the tempo would spoil the order of the rule.
    total = mpf(0)
    for first, last in pairwise(inside):
        middle = (first + last) / 2
        total += quad(density, [first, middle, last - mpf(10) ** -18])
    return total


@pytest.mark.parametrize(
    ("step", "begin", "lengths"),
    [
        ("1/16", "bar 1.2", {"bar 1": "1/4"}),
        ("1/12", "bar 3.3+1/3", {"bar 1": "1/3"}),
        ("1 beat", "bar 2", {"bar 1": "1", "bar 4": "1/2", "bar 9": "1/4"}),
        ("1/2 bars", "bar 3", {"bar 1": "2", "bar 4": "3/2", "bar 9": "5/8"}),
        ("1 beat + 1/16", "bar 8.5", {"bar 1": "5/4", "bar 4": "3/4", "bar 9": "1/2"}),
    ],
)
def test_steps_are_where_an_independent_integration_finds_them(
    step: str, begin: str, lengths: dict[str, str]
) -> None:
    mp.dps = 20
    start = RAMPS.seconds(moment(begin))
    quarters = [(RAMPS.seconds(moment(bar)), Fraction(long)) for bar, long in lengths.items()]
    sample = Fraction(samples(start, RATE), RATE)
    pace = Start(RAMPS, start, sample).pace(duration(step), 60)
    for number in (1, 7, 40):
        # Half a sample either way, the integral must pass the number: so the onset is the nearest.
        onset = samples(sample, RATE) + round(pace.seconds(number) * RATE)
        early, late = (mpf(2 * onset + side) / (2 * RATE) for side in (-1, 1))
        assert integrated(exact(start), early, quarters) <= number
        assert integrated(exact(start), late, quarters) >= number


def test_quarters_of_a_pace_are_those_of_the_tempo_map() -> None:
    pace = Start(RAMPS, Fraction(0), Fraction(0)).pace(QUARTER)
    for bar in range(1, 16):
        at = RAMPS.seconds(moment(f"bar {bar}"))
        assert pace.seconds(float(RAMPS.quarters(at))) == pytest.approx(float(at), abs=1e-11)


def test_a_steady_tempo_gives_one_span_wherever_the_event_begins() -> None:
    steady = mapped([{"at": 0, "bpm": 90}, {"at": "bar 3", "bpm": 90}, {"at": "bar 9", "bpm": 30}])
    first, second = (
        Start(steady, Fraction(at), Fraction(round(Fraction(at) * 8000), 8000)).pace(
            duration("1/8"), 4
        )
        for at in ("0.3333", "2.77777")
    )
    assert first == second == Pace.steady(3)
    assert first.is_steady
    assert len(Start(steady, Fraction(20), Fraction(20)).pace(duration("1/8"), 4).spans) == 2


def test_beats_and_bars_follow_the_meter_and_note_values_do_not() -> None:
    start = Start(MIXED, Fraction(0), Fraction(0))
    beats = start.pace(duration("1 beat"))
    assert [beats.seconds(n) for n in (7, 8, 9, 10)] == [3.5, 4, 4.25, 4.5]
    assert [start.pace(duration("1 bar")).seconds(n) for n in (1, 2, 3, 4)] == [2, 4, 5.5, 7]
    assert start.pace(duration("1/8")).is_steady
    assert start.pace(duration(0.25)) == Pace.steady(4)


@pytest.mark.parametrize("step", ["1 beat - 1/4", "1 bar - 1/1", "1/8 + 0.5", "0 beats"])
def test_a_step_without_a_length_is_refused(step: str) -> None:
    with pytest.raises(ValueError, match=r"longer than nothing|adds seconds to notes"):
        Start(MIXED, Fraction(0), Fraction(0)).pace(duration(step))


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.floats(0.01, 5), st.floats(0.05, 900)), min_size=1, max_size=6),
    st.floats(0, 20),
)
def test_seconds_and_steps_are_inverse_and_rise(
    gaps: list[tuple[float, float]], seconds: float
) -> None:
    now, points = 0.0, list[tuple[float, float]]()
    for gap, rate in gaps:
        now += gap
        points.append((now, rate))
    pace = Pace.moving(points)
    steps = pace.steps(seconds)
    assert pace.seconds(steps) == pytest.approx(seconds, abs=1e-9)
    assert pace.steps(seconds + 0.01) > steps
    assert pace.rate_hz(now + 1) == points[-1][1]


def test_later_tempos_are_left_out() -> None:
    start, beat = Start(MIXED, Fraction(0), Fraction(0)), duration("1 beat")
    assert start.pace(beat, count=8) == start.pace(beat, 4) == Pace.steady(2)
    assert len(start.pace(beat, count=9).spans) == len(start.pace(beat, 4.1).spans) == 2
    assert TempoMap().is_written is False
