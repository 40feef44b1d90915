"""Steps of notes in the operations that repeat: they follow the tempo to the sample."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import sqrt

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import ValidationError

from approx_build.audio.clip import Clip
from approx_build.metric.pace import Start
from approx_build.numerics.stream import Stream
from approx_build.ops.base import OPS, GrainOp
from approx_build.ops.hold import Hold
from approx_build.ops.repeat import Repeat
from approx_build.ops.scatter import Scatter
from tests.metric.test_tempo import ACCELERANDO
from tests.ops.cases import RATE, STREAM, music

RAMP = np.arange(1, 4 * RATE + 1, dtype=np.float32)[np.newaxis] / (4 * RATE)
"""Every sample of it is another, so that a result shows where it comes from."""


def made(op: GrainOp, clip: Clip, stream: Stream = STREAM) -> NDArray[np.float32]:
    """The first channel under an accelerando from 60 to 120 bpm."""
    start = Start(ACCELERANDO, Fraction(0), Fraction(0))
    return op.in_time(start).apply([clip], stream).data[0]


def onset(quarters: float) -> int:
    return round((-60 + sqrt(3600 + 675 * quarters)) / 5.625 * RATE)


def beginnings(sound: NDArray[np.float32]) -> list[int]:
    """Where the first sample of the ramp is."""
    return np.flatnonzero(sound == RAMP[0, 0]).tolist()


def test_held_grains_begin_on_their_notes_and_last_until_the_next() -> None:
    sound = made(Hold(every="1/4", length_s=8, window="none"), Clip(RAMP, RATE))
    starts = beginnings(sound)
    assert starts == [onset(n) for n in range(len(starts))]
    assert len(starts) == 11
    for first, second in pairwise(starts):
        assert np.array_equal(sound[first:second], RAMP[0, : second - first])


def test_held_grains_overlap_without_a_dip() -> None:
    ones = Clip(np.ones((1, 4 * RATE), np.float32), RATE)
    sound = made(Hold(every="1/8", length_s=4), ones)
    fade = round(0.005 * RATE)
    assert np.allclose(sound[fade:-fade], 1, atol=1e-6)


def test_a_held_clip_shorter_than_a_note_leaves_silence() -> None:
    ones = Clip(np.ones((1, 800), np.float32), RATE)
    sound = made(Hold(every="1/4", length_s=3, window="none"), ones)
    assert sound[onset(1) : onset(1) + 800].all()
    assert not sound[onset(1) + 800 : onset(2)].any()


def test_repetitions_begin_on_their_notes() -> None:
    clip = Clip(RAMP[:, : RATE // 2], RATE)
    sound = made(Repeat(every="1/4", times=5, window="none"), clip)
    assert beginnings(sound) == [onset(n) for n in range(5)]
    assert sound.size == onset(4) + RATE // 2
    assert np.array_equal(sound[onset(4) :], clip.data[0])
    assert not sound[RATE // 2 : onset(1)].any()


def test_a_clip_longer_than_the_step_is_cut_and_crossfaded() -> None:
    ones = Clip(np.ones((1, 4 * RATE), np.float32), RATE)
    sound = made(Repeat(every="1/8", length_s=3), ones)
    assert np.allclose(sound[:-40], 1, atol=1e-6)
    hard = made(Repeat(every="1/2", length_s=6, window="none"), Clip(RAMP, RATE))
    assert beginnings(hard) == [onset(0), onset(2), onset(4), onset(6)]


def test_a_cloud_is_as_dense_as_its_notes() -> None:
    impulse = Clip(np.ones((1, 16), np.float32), RATE)
    op = Scatter(every="1/64", length_s=10, grain_s=0.002, window="none")
    sound = made(op, impulse)
    parts = [sound[onset(first) : onset(first + 6)] for first in (0, 6)]
    counts = [np.abs(part).sum() / (6 * 16 * 16) for part in parts]
    # 96 grains are expected in each: four standard deviations either way.
    assert all(abs(count - 1) < 4 / 96**0.5 for count in counts)
    assert sound.size == 10 * RATE


def test_a_longer_cloud_begins_as_the_shorter_one() -> None:
    short, long = (made(Scatter(every="1/32", length_s=s), music(length_s=1.0)) for s in (3, 5))
    assert np.array_equal(short[: 2 * RATE], long[: 2 * RATE])


@pytest.mark.parametrize(("op", "other"), [("hold", "rate_hz"), ("scatter", "density_hz")])
def test_one_of_both_ways_to_say_it(op: str, other: str) -> None:
    with pytest.raises(ValidationError, match=f"every and {other} are given; give one of them"):
        OPS.get(op).model_validate({"every": "1/8", other: 3, "length_s": 1})


def test_too_many_grains_are_refused_when_the_tempo_is_known() -> None:
    start = Start(ACCELERANDO, Fraction(0), Fraction(0))
    for op in (
        Hold(every="1/128 - 1/33 beats", length_s=3600),
        Scatter(every="1/128 - 1/33 beats", length_s=3600),
        Repeat(every="1/128 - 1/33 beats", length_s=3600),
    ):
        with pytest.raises(ValueError, match=r"(at most|more than) 1,000,000"):
            op.in_time(start)
