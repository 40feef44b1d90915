"""Clicks: on every beat of the tempo map, to the sample."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.export.click import Sound, beats, click_track, tone
from approx_build.metric.tempo import TempoMap
from tests.export.movements import movement
from tests.export.test_session import RAMP

TEMPO = replace(RAMP, is_written=True)


def test_beats_are_those_of_the_meters_through_a_ramp() -> None:
    found = beats(TEMPO, Fraction(0), Fraction(3))
    quarters = [TEMPO.quarters(click.at_s) for click in found]
    # Six quarters of 3/4, then eighths of 6/8.
    assert [round(float(one), 6) for one in quarters] == [0, 1, 2, 3, 4, 5, 6, 6.5, 7, 7.5]
    downbeats = [number for number, click in enumerate(found) if click.kind == "DOWNBEAT"]
    assert downbeats == [0, 3, 6]


@given(st.fractions(0, 3), st.fractions(0, 3))
def test_beats_of_two_ranges_are_those_of_both(one: Fraction, other: Fraction) -> None:
    start, middle, end = sorted([one, other, Fraction(3)])
    both = beats(TEMPO, start, middle) + beats(TEMPO, middle, end)
    assert both == beats(TEMPO, start, end)


def test_a_count_in_is_whole_bars_at_the_first_tempo() -> None:
    track = click_track(movement(TEMPO), [])
    before = [click for click in track.clicks if click.at_s < 0]
    # Two bars of 3/4 at 120 last 3 s; one lasts 1.5 s, which is too short.
    assert track.lead_s == 3
    assert [click.at_s for click in before] == [Fraction(n, 2) for n in range(-6, 0)]
    kinds = ["DOWNBEAT", "BEAT", "BEAT"]
    assert [click.kind for click in before] == kinds * 2


def test_a_start_within_a_beat_is_counted_in_on_the_grid() -> None:
    found = movement(TEMPO)
    # A sixteenth after the beat at 7/3 s, which is an eighth of 6/8 at 180: 1/6 s.
    start = Fraction(7, 3) + Fraction(1, 12)
    track = click_track(found, [], start)
    before = [click.at_s for click in track.clicks if click.at_s < start]
    assert before[-1] == Fraction(7, 3)
    assert {b - a for a, b in pairwise(before)} == {Fraction(1, 6)}
    assert track.lead_s == start - before[0] >= 2


def test_without_a_tempo_clicks_warn_of_cues() -> None:
    found = movement(TempoMap(), ("2.5", "gull"))
    track = click_track(found, found.cues_for("gull"))
    assert [float(click.at_s) for click in track.clicks] == [-4, -3, -2, -1, -0.5, 0.5, 1.5, 2.5]
    assert track.clicks[-1].kind == "CUE"


@pytest.mark.parametrize("speed", ["1", "3/4", "1/2"])
def test_every_click_begins_at_its_sample(speed: str) -> None:
    rate, pace = 8000, Fraction(speed)
    track = click_track(movement(TEMPO), [])
    length = round((track.lead_s + 4) / pace * rate)
    sound = np.concatenate(list(track.blocks(length, rate, pace)), axis=1)
    assert sound.shape == (1, length)
    for click in track.clicks:
        at = round((click.at_s + track.lead_s) / pace * rate)
        # The first sample of a sine is 0.
        assert sound[0, at + 1] != 0
        assert not sound[0, max(0, at - 200) : at + 1].any()


def test_tones_start_softly_and_fade() -> None:
    for one in Sound:
        data = tone(one, 44100).data
        assert data.shape == (1, round(one.value[1] * 44100))
        assert abs(data[0, 0]) < 0.01
        assert abs(data[0, -40:]).max() < 0.02 < abs(data).max() < 1
