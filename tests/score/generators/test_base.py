from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from approx_build.metric.time import Time, Unit, moment
from approx_build.score.generators.base import NoRecordings, ranged, whole_microseconds
from approx_build.score.source_ref import SourceRef
from tests.score.generators.places import Shelf, in_tempo, place


def test_bar_lines_are_numbered_where_the_generator_begins_at_one() -> None:
    assert place(at="bar 3").bar_line(2) == "bar 5"
    # A bar of 3/8 at 90 lasts a second.
    assert place(at="bar 3.2").bar_line(2) == "0:04.333333333"
    assert place(at=2).bar_line(2) == "0:04"


@given(st.fractions(0, 1000), st.fractions(0, 1000))
def test_moments_are_exact_to_the_sample(start: Fraction, seconds: Fraction) -> None:
    here = place(at=float(round(start, 6)))
    read = moment(here.moment(seconds)).amount
    assert abs(read - (here.start + seconds)) <= Fraction(1, 10**9)


def test_lengths_are_measured_by_the_tempo_map() -> None:
    here = place(at="bar 2", tempo=in_tempo(60, "4/4", {"at": "bar 3", "bpm": 120}))
    beats = Time(Unit.BEATS, Fraction(4))
    assert here.after(beats, here.after(beats)) == 2
    assert here.after(beats) > 2


def test_lengths_of_sources_are_those_the_score_says() -> None:
    here = place(shelf=Shelf({"a/x": 9.0, "a/y": 3.0}), fog={"length_s": 2.0})
    known = {
        "fog": 2.0,
        "a/x": 9.0,
        "a/*": None,
        "haze": None,
    }
    for name, length_s in known.items():
        assert here.length_s(SourceRef.model_validate(name)) == length_s
    assert here.length_s(SourceRef.model_validate({"take": "fog", "start_s": 0.5})) == 1.5
    assert here.length_s(SourceRef.model_validate({"file": "a.wav", "length_s": 1})) == 1
    assert here.length_s(SourceRef.model_validate({"file": "a.wav"})) is None
    assert here.length_s(SourceRef.model_validate({"part": "p", "start_s": 600})) == 3000
    asked = ("fog", "a/x", "a/*", "b/*", "haze")
    found = [here.is_known(SourceRef.model_validate(name)) for name in asked]
    assert found == [True, True, True, False, False]


def test_without_a_project_no_recording_is_known() -> None:
    none = NoRecordings()
    assert not none.named("a/*")
    assert none.recording_length_s("a/x") is None
    assert not none.recording_onsets_s("a/x", 0.1)


@given(st.floats(0.001, 3600))
def test_microseconds_are_rounded_down_but_decimals_stay(seconds: float) -> None:
    assert seconds - 1e-6 < whole_microseconds(seconds) <= seconds + 1e-9
    assert whole_microseconds(round(seconds, 6)) == round(seconds, 6)


def test_a_range_of_a_source() -> None:
    source = SourceRef.model_validate({"recording": "a/x", "start_s": 2, "length_s": 9})
    assert ranged(source, 1.5) == {"recording": "a/x", "start_s": 2.0, "length_s": 1.5}
    assert ranged(source, 0.0)["length_s"] == 0.001
