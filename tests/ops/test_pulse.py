import json
from dataclasses import replace
from fractions import Fraction
from math import sqrt

import numpy as np
import pytest
from pydantic import ValidationError

from approx_build.audio.clip import Clip
from approx_build.errors import OpError
from approx_build.metric.pace import Start
from approx_build.metric.tempo import TempoMap, samples
from approx_build.ops.pulse import Pulse
from tests.metric.test_tempo import ACCELERANDO
from tests.ops.cases import RATE, STREAM, music

ONES = Clip(np.ones((1, RATE)), RATE)


def pulsed(clip=ONES, **parameters):
    return Pulse(**{"length_s": 2.0, "window": "none", **parameters}).apply([clip], STREAM).data[0]


def onsets(sound):
    """Samples where the sound begins after silence."""
    return np.flatnonzero((sound != 0) & (np.concatenate([[0], sound[:-1]]) == 0)).tolist()


def test_two_pulses_a_second_when_nothing_is_reported():
    assert onsets(pulsed()) == [0, 4000, 8000, 12000]


@pytest.mark.parametrize("bpm", [60, 97.3, 133])
def test_onsets_are_exact_to_the_sample(bpm):
    expected = [n for i in range(20) if (n := round(i * 60 / bpm * RATE)) < 16000]
    assert onsets(pulsed(bpm=bpm)) == expected


def test_a_rate_in_steps_per_second_is_a_tempo_too():
    assert onsets(pulsed(rate_hz=3, pattern="x.")) == [0, 5333, 10667]


def test_steps_divide_the_beat():
    found = onsets(pulsed(bpm=60, steps_per_beat=4, pattern="x..x..x."))
    assert found == [0, 6000, 12000]


def test_a_list_of_beats_is_in_beats_whatever_the_steps():
    found = onsets(pulsed(bpm=60, steps_per_beat=4, pattern=[0, 0.75, {"beat": 1.25}]))
    assert found == [0, 6000, 10000]


def test_swing_delays_every_second_step():
    found = onsets(pulsed(rate_hz=4, pattern="x", swing=0.25))
    assert found == [0, 2500, 4000, 6500, 8000, 10500, 12000, 14500]


def test_grains_last_as_long_as_they_are_reported_with_silence_between():
    sound = pulsed(grain_s=0.1)
    assert (sound[:800] == 1).all()
    assert (sound[800:4000] == 0).all()


def test_accents_are_louder_by_so_many_decibels():
    sound = pulsed(pattern="xX", accent_db=6)
    assert sound[0] == 1
    assert abs(20 * np.log10(sound[4000]) - 6) < 1e-5


def test_a_grain_ends_where_the_next_begins():
    clip = music(length_s=1.0)
    sound = pulsed(clip, rate_hz=10, grain_s=0.5)
    assert (sound[:1600] == np.tile(clip.data[0, :800], 2)).all()


def test_the_grain_begins_where_it_is_reported():
    clip = music(length_s=1.0)
    assert (pulsed(clip, start_s=0.5)[:480] == clip.data[0, 4000:4480]).all()


def test_the_last_grain_fades_out_where_the_result_ends():
    sound = pulsed(window="fade", length_s=0.51, grain_s=0.1)
    assert 0 < sound[-1] < 0.01


def in_time(op, at=0, tempo=ACCELERANDO):
    start = Fraction(at)
    return op.in_time(Start(tempo, start, Fraction(samples(start, RATE), RATE)))


def test_pulses_follow_an_accelerando():
    # From 60 to 120 bpm in 32/3 s: by the formula of constant acceleration.
    pulse = in_time(Pulse(length_s=10, window="none"))
    expected = [round((-60 + sqrt(3600 + 675 * n)) / 5.625 * RATE) for n in range(15)]
    assert onsets(pulse.apply([ONES], STREAM).data[0]) == expected
    halves = in_time(Pulse(length_s=10, window="none", steps_per_beat=2, pattern="x."))
    assert onsets(halves.apply([ONES], STREAM).data[0]) == expected


def test_lists_of_beats_swing_and_steps_follow_the_tempo_too():
    def seconds(quarters):
        return round((-60 + sqrt(3600 + 675 * quarters)) / 5.625 * RATE)

    listed = Pulse(length_s=4, window="none", pattern=[0, 1.5], every_beats=2.5)
    swung = Pulse(length_s=4, window="none", step="1/8", swing=0.25)
    assert onsets(in_time(listed).apply([ONES], STREAM).data[0]) == [
        seconds(quarters) for quarters in (0, 1.5, 2.5, 4)
    ]
    assert onsets(in_time(swung).apply([ONES], STREAM).data[0])[:4] == [
        seconds(quarters) for quarters in (0, 0.625, 1, 1.625)
    ]


def test_a_rate_and_a_tempo_of_its_own_stay_absolute():
    for fields in ({"rate_hz": 3.0}, {"bpm": 77.0}, {"step": 0.4}):
        pulse = Pulse(length_s=4, window="none", **fields)
        gaps = np.diff(onsets(in_time(pulse, 3).apply([ONES], STREAM).data[0]))
        assert np.ptp(gaps) <= 1


def test_a_steady_tempo_gives_the_tempo_and_no_steps():
    steady = replace(TempoMap(), is_written=True)
    assert in_time(Pulse(length_s=4), 2, steady) == Pulse(length_s=4, bpm=60)
    assert in_time(Pulse(length_s=4), 2, TempoMap()) == Pulse(length_s=4)
    assert "step" not in Pulse(length_s=4).model_dump(mode="json")


def test_pulses_in_time_are_what_their_key_says():
    pulse = in_time(Pulse(length_s=4, step="1/16"), "1.2345")
    assert Pulse.model_validate(json.loads(json.dumps(pulse.model_dump(mode="json")))) == pulse


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"grain_s": 0.8, "start_s": 0.5}, r"0.8 s from 0.5 s on ends after the clip \(1.000 s\)"),
        ({"start_s": 7}, "ends after the clip"),
    ],
)
def test_a_grain_longer_than_the_clip_is_refused(parameters, message):
    with pytest.raises(OpError, match=message):
        pulsed(**parameters)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"bpm": 0}, "greater than or equal to 1"),
        ({"bpm": 90, "rate_hz": 3}, "bpm and rate_hz are given; give one of them"),
        ({"step": "1/16", "bpm": 90}, "step and bpm are given; give one of them"),
        ({"step": "1/16", "steps_per_beat": 2}, "step and steps_per_beat are given"),
        ({"step": "1/5"}, "1/5 is no note value"),
        ({"step": 0}, "a step must be longer than nothing"),
        ({"step": {"pace": [[0, 0, -1, 0]]}}, "needs rates above 0"),
        ({"pattern": "..."}, "has no pulse"),
        ({"pattern": [5], "every_beats": 4}, "beat 5 is not inside every_beats"),
        ({"pattern": [0], "swing": 0.3}, "swing is for patterns of steps"),
        ({"pattern": "x", "every_beats": 4}, "every_beats is for lists of beats"),
        ({"pattern": [-1]}, "greater than or equal to 0"),
    ],
)
def test_parameters_that_make_no_sense_are_refused(parameters, message):
    with pytest.raises(ValidationError, match=message):
        Pulse(length_s=1, **parameters)


def test_a_fault_of_the_pattern_points_at_the_pattern():
    with pytest.raises(ValidationError) as caught:
        Pulse(length_s=1, pattern="x.q")
    assert caught.value.errors()[0]["loc"] == ("pattern",)
