"""A session: every change of tempo and meter, and markers in order."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.export.rendered import CuePoint
from approx_build.export.session import Mark, label, seconds, tempo_points
from approx_build.metric.tempo import MeterSpan, TempoMap, TempoSpan

RAMP = TempoMap(
    tempos=(
        TempoSpan(Fraction(0), Fraction(0), Fraction(120), Fraction(30)),
        TempoSpan(Fraction(2), Fraction(5), Fraction(180)),
    ),
    meters=(
        MeterSpan(Fraction(1), Fraction(0), Fraction(0), 3, 4),
        MeterSpan(Fraction(3), Fraction(6), Fraction(6), 6, 8),
    ),
)


def test_points_are_where_tempo_or_meter_change() -> None:
    points = tempo_points(RAMP)
    assert [point.at_s for point in points] == [0, 2, Fraction(7, 3)]
    assert [point.bpm for point in points] == [120, 180, 180]
    assert [point.is_ramp for point in points] == [True, False, False]
    assert [point.meter for point in points] == [(3, 4), None, (6, 8)]
    assert [point.quarters for point in points] == [0, 5, 6]


@given(st.fractions(0, 4))
def test_points_are_the_whole_tempo_map(at_s: Fraction) -> None:
    """Linear in time between points of a ramp: the rule of every session format."""
    points = tempo_points(RAMP)
    before = [point for point in points if point.at_s <= at_s][-1]
    after = next((point for point in points if point.at_s > at_s), None)
    bpm = before.bpm
    if before.is_ramp and after:
        share = (at_s - before.at_s) / (after.at_s - before.at_s)
        bpm += share * (after.bpm - before.bpm)
    assert bpm == RAMP.bpm(at_s)
    assert before.quarters + (at_s - before.at_s) * (before.bpm + bpm) / 120 == RAMP.quarters(at_s)


@pytest.mark.parametrize(("value", "text"), [("3", "3"), ("1/3", "0.3333333333333333"), ("0", "0")])
def test_seconds_are_exact_to_a_double(value: str, text: str) -> None:
    assert seconds(Fraction(value)) == text
    assert float(text) == float(Fraction(value))


def test_a_label_is_one_line_and_a_mark_the_nearest_sample() -> None:
    cue = CuePoint(Fraction(1), "answer\nsoftly", "gull", 1, Fraction(1))
    assert label(cue) == "gull: answer softly"
    assert Mark(Fraction(6, 7), "").sample(8000) == 6857
