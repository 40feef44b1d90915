from typing import ClassVar, Literal

import numpy as np
import pytest

from approx_build.audio.clip import Clip
from approx_build.errors import OpError
from approx_build.numerics.stream import Stream
from approx_build.ops.base import GrainOp

RATE = 8000


class Same(GrainOp):
    op: Literal["same"] = "same"
    long_s: float = 1.0

    def make(self, clips, rng):
        return clips[0]

    def length(self, source_s):
        return self.long_s


class All(Same):
    many: ClassVar[bool] = True


def clip(length, rate=RATE, channels=1):
    return Clip(np.zeros((channels, length)), rate)


STREAM = Stream.named("test")


@pytest.mark.parametrize(
    ("clips", "message"),
    [
        ([], "same: there is no clip to work on"),
        ([clip(9), clip(9)], "same: takes one clip, was given 2"),
        ([clip(0)], "a clip of 0 samples is too short"),
        ([clip(1)], "a clip of 1 sample is too short"),
        ([clip(9, channels=0)], "too short"),
    ],
)
def test_clips_that_cannot_be_used_are_refused(clips, message):
    with pytest.raises(OpError, match=message):
        Same().apply(clips, STREAM)


def test_clips_of_two_rates_are_refused():
    with pytest.raises(OpError, match=r"different rates: \[8000, 44100\] Hz"):
        All().apply([clip(9), clip(9, rate=44100)], STREAM)


def test_more_than_an_hour_is_refused():
    with pytest.raises(OpError, match="would last 3601 s; at most an hour"):
        Same(long_s=3601).apply([clip(9)], STREAM)
