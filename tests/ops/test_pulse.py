import numpy as np
import pytest
from pydantic import ValidationError

from approx_build.audio.clip import Clip
from approx_build.errors import OpError
from approx_build.ops.pulse import Pulse
from tests.ops.cases import RATE, STREAM, music

ONES = Clip(np.ones((1, RATE)), RATE)


def pulsed(clip=ONES, **parameters):
    return Pulse(**{"length_s": 2.0, "window": "none", **parameters}).apply([clip], STREAM).data[0]


def onsets(sound):
    """Samples where the sound begins after silence."""
    return np.flatnonzero((sound != 0) & (np.concatenate([[0], sound[:-1]]) == 0)).tolist()


def test_two_pulses_a_second_when_nothing_is_said():
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


def test_grains_last_as_long_as_they_are_told_with_silence_between():
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


def test_the_grain_begins_where_it_is_told():
    clip = music(length_s=1.0)
    assert (pulsed(clip, start_s=0.5)[:480] == clip.data[0, 4000:4480]).all()


def test_the_last_grain_fades_out_where_the_result_ends():
    sound = pulsed(window="fade", length_s=0.51, grain_s=0.1)
    assert 0 < sound[-1] < 0.01


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
