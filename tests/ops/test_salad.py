import numpy as np
import pytest
from pydantic import ValidationError

from approx_build.audio.clip import Clip
from approx_build.errors import OpError
from approx_build.numerics.stream import Stream
from approx_build.ops.salad import Salad
from tests.ops.cases import RATE, STREAM, music, tone

STEPS = 3000
TOLERANCE = 0.02
"""Of proportions of 3 000 steps: three standard deviations of the widest or more."""

CLIPS = [tone(200, 3.0), tone(300, 0.8), tone(400, 0.3)]
PLAIN = {"left_silent": 0, "right_silent": 0, "harmonic": 0, "repitch_semitones": 0}


def grains(side, **parameters):
    op = Salad(**parameters)
    return [op.grain(CLIPS, STREAM, step, side) for step in range(STEPS)]


def salad(clips=CLIPS, stream=STREAM, **parameters):
    return Salad(**parameters).apply(clips, stream).data


def share(truths):
    return np.mean(list(truths))


def test_defaults_are_the_composers():
    op = Salad()
    assert (op.length_s, op.max_grain_s, op.min_grain_s) == (10.0, 1.0, 0.5)
    assert (op.left_silent, op.right_silent, op.harmonic) == (0.05, 0.05, 0.15)


def test_one_clip_serves_both_sides_and_all_are_as_likely():
    left, right = grains(0), grains(1)
    assert [grain.clip for grain in left] == [grain.clip for grain in right]
    for number in range(3):
        assert abs(share(grain.clip == number for grain in left) - 1 / 3) < 2 * TOLERANCE


def test_sides_are_silent_in_their_proportions_and_never_together():
    left, right = grains(0), grains(1)
    assert abs(share(grain.is_silent for grain in left) - 0.05) < TOLERANCE
    assert abs(share(grain.is_silent for grain in right) - 0.05) < TOLERANCE
    assert not any(a.is_silent and b.is_silent for a, b in zip(left, right, strict=True))


def test_grains_are_harmonic_in_their_proportion_each_side_on_its_own():
    left, right = grains(0), grains(1)
    assert abs(share(grain.is_harmonic for grain in left) - 0.15) < TOLERANCE
    both = share(a.is_harmonic and b.is_harmonic for a, b in zip(left, right, strict=True))
    assert abs(both - 0.15**2) < TOLERANCE


@pytest.mark.parametrize(
    ("clip", "shortest_s", "longest_s"),
    [(0, 0.5, 1.5), (1, 0.5, 0.8), (2, 0.15, 0.3)],
)
def test_lengths_are_even_between_the_bounds_of_each_clip(clip, shortest_s, longest_s):
    sizes_s = [grain.size / RATE for grain in grains(0) if grain.clip == clip]
    width = longest_s - shortest_s
    assert shortest_s - 1e-3 <= min(sizes_s) < shortest_s + 0.02 * width
    assert longest_s - 0.02 * width < max(sizes_s) <= longest_s + 1e-3
    assert abs(np.mean(sizes_s) - (shortest_s + longest_s) / 2) < 0.05 * width


def test_a_small_maximum_bounds_the_minimum():
    sizes_s = [grain.size / RATE for grain in grains(0, max_grain_s=0.1)]
    assert max(sizes_s) <= 0.151


def test_grains_start_anywhere_and_are_repitched_both_ways():
    drawn = [grain for grain in grains(0) if grain.clip == 0]
    places = [grain.start / (3 * RATE - grain.size) for grain in drawn]
    assert min(places) < 0.02
    assert max(places) > 0.98
    semitones = [grain.semitones for grain in drawn]
    assert -12 <= min(semitones) < -11.5
    assert 11.5 < max(semitones) <= 12
    assert abs(np.mean(semitones)) < 1


def test_without_window_and_chance_each_side_is_a_chain_of_cuts():
    clip = music(length_s=1.0)
    op = Salad(length_s=3, window="none", **PLAIN)
    result = op.apply([clip], STREAM).data
    for side in range(2):
        cuts = [op.grain([clip], STREAM, step, side) for step in range(8)]
        chain = np.concatenate([clip.data[0, cut.start : cut.start + cut.size] for cut in cuts])
        assert np.array_equal(result[side], chain[: 3 * RATE])


def test_joins_of_a_steady_sound_are_steady():
    result = salad([Clip(np.ones((1, RATE)), RATE)], **PLAIN)
    assert np.abs(result[:, 40:-40] - 1).max() < 1e-6


def test_left_takes_the_first_channel_and_right_the_last():
    clip = Clip(np.stack([np.ones(RATE), np.full(RATE, 0.25)]), RATE)
    result = salad([clip], window="none", **PLAIN)
    assert (result[0] == 1).all()
    assert (result[1] == 0.25).all()


@pytest.mark.parametrize("silent", ["left_silent", "right_silent"])
def test_a_side_that_is_always_silent_is_silent(silent):
    result = salad(**{**PLAIN, silent: 1.0})
    quiet = ["left_silent", "right_silent"].index(silent)
    assert (result[quiet] == 0).all()
    assert np.abs(result[1 - quiet]).max() > 0.1


def test_a_longer_salad_begins_like_the_shorter():
    short, long = salad(length_s=4), salad(length_s=9)
    assert np.array_equal(short[:, : 4 * RATE - 40], long[:, : 4 * RATE - 40])


def test_another_stream_tosses_another_salad():
    assert not np.array_equal(salad(), salad(stream=Stream.named("other")))


def test_probabilities_that_sum_to_more_than_one_are_refused():
    with pytest.raises(ValidationError, match="sum to more than 1"):
        Salad(left_silent=0.6, right_silent=0.6)


def test_clips_that_cannot_be_cut_are_refused():
    with pytest.raises(OpError, match=r"clip 2 lasts 0.0125 s; grains need 0.02 s"):
        salad([tone(200), tone(200, 0.0125)])
    with pytest.raises(OpError, match="clip 1 has 3 channels; mono or stereo needed"):
        salad([tone(200, channels=3)])
