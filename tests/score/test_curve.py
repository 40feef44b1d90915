from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.metric.tempo import TempoMap
from approx_build.metric.time import moment
from approx_build.score.curve import Curve, CurveReader, value_at
from tests.score.scores import Project

READ = CurveReader(moment, -120, 40)


def test_a_number_is_a_curve_that_is_constant() -> None:
    curve = READ(-9)
    assert curve == Curve.constant(-9.0)
    assert curve.resolved(TempoMap().seconds) == -9.0
    assert curve.written() == -9.0


def test_breakpoints_become_seconds() -> None:
    curve = READ([["0:01.5", -3], ["bar 3", 0]])
    assert curve.resolved(TempoMap().seconds) == ((1.5, -3.0), (8.0, 0.0))
    assert curve.written() == [["0:01.5", -3.0], ["bar 3", 0.0]]
    assert curve.values == (-3.0, 0.0)


def test_between_breakpoints_values_lie_on_a_straight_line() -> None:
    points = ((1.0, 0.0), (3.0, 10.0), (4.0, -10.0))
    assert [value_at(points, t) for t in (0, 1, 2, 3, 3.5, 4, 9)] == [0, 0, 5, 10, 0, -10, -10]
    assert value_at(2.0, 7) == 2.0


@given(st.floats(0, 10))
def test_a_value_never_leaves_its_neighbours(seconds: float) -> None:
    assert -10 <= value_at(((0.0, -10.0), (5.0, 10.0), (9.0, 3.0)), seconds) <= 10


def test_event_curves_count_from_the_event(project: Project) -> None:
    project.movement(
        "movement: a\nlength: 60\ntempo: [{at: 0, bpm: 60}, {at: bar 3, bpm: 120}]\n"
        "parts: {p: {events: [{at: bar 3, gain_db: [[0, -3], [2 bars, 0]], play: {from: x/y}}]}}"
    )
    movement = project.load().movements[0]
    [event] = movement.model.parts["p"].events
    start = movement.onset(event)
    resolved = event.gain_db.resolved(lambda time: movement.tempo.length(time, start))
    assert start == Fraction(8)
    assert resolved == ((0.0, -3.0), (4.0, 0.0))


@pytest.mark.parametrize(
    ("gain", "faults"),
    [
        ("loud", ["4:7: a number or [[time, value], …], is 'loud'"]),
        ("[]", ["4:7: at least one [time, value] pair"]),
        ("50", ["4:7: must lie from -120 to 40 (is 50)"]),
        ("[[0, 1], 3]", ["4:16: a pair [time, value], is 3"]),
        ("[[0, 1], [1, 2, 3]]", ["4:16: a pair [time, value], is a list of 3"]),
        ("[[-1, 1], [1, 99]]", ["4:9: must not be negative (is -1)", "4:21: must lie from -120"]),
        ("[[5, 1], [5, 2]]", ["4:17: must come after the time before it (is 0:05)"]),
        ("[[0, 1], [61, 2]]", ["4:17: 1:01 is after the movement's end (1:00)"]),
        ("[[0, 1], ['bar 1.9', 2]]", ["4:17: 'bar 1.9': a bar of 4/4 has 4 beats"]),
        ("[['2 bars', 1]]", ["4:9: '2 bars' is a length, not a moment"]),
    ],
)
def test_curves_that_make_no_sense_are_located(
    project: Project, gain: str, faults: list[str]
) -> None:
    project.movement(f"movement: a\nlength: 60\nparts: {{p: {{gain_db:\n      {gain}\n}}}}\n")
    found = project.faults()
    assert len(found) == len(faults)
    for line, expected in zip(found, faults, strict=True):
        place, _, words = expected.partition(": ")
        assert line.startswith(f"1-fog.yaml:{place}: parts.p.gain_db")
        assert words in line
