from typing import Literal

import numpy as np
import pytest

from approx_build.audio.clip import Clip
from approx_build.ops.grains import Lasting, Windowed, close, looped


class Cut(Lasting, Windowed):
    op: Literal["cut"] = "cut"


def cut(**parameters):
    return Cut(length_s=1, **parameters)


ONES = np.ones((2, 100), np.float32)
CLIP = Clip(ONES, 8000)


def test_a_fade_is_in_milliseconds_and_at_most_half_the_grain():
    assert cut().fade(CLIP, 1000) == 40
    assert cut().fade(CLIP, 50) == 25
    assert cut(fade_ms=0.001).fade(CLIP, 50) == 1
    assert cut(window="none").fade(CLIP, 1000) == 0


def test_no_window_leaves_the_grain_alone():
    assert (cut(window="none").shaped(ONES, 0) == ONES).all()


@pytest.mark.parametrize("window", ["fade", "hann"])
def test_windows_begin_and_end_near_nothing(window):
    grain = cut(window=window).shaped(ONES, 40)
    assert grain[:, [0, -1]].max() < 2e-3
    assert (grain[:, 50] == 1).all()


@pytest.mark.parametrize("length", [1, 5, 8, 9, 30])
def test_a_loop_is_the_sum_of_its_grains(length):
    grain = np.arange(1.0, 11.0)[np.newaxis]
    expected = np.zeros((1, 60))
    for onset in range(0, 40, 8):
        expected[:, onset : onset + 10] += grain
    assert (looped(grain, 2, length) == expected[:, :length]).all()


def test_closing_fades_the_end_alone():
    sound = close(np.ones((1, 100)), 10)
    assert (sound[0, :90] == 1).all()
    assert (np.diff(sound[0, 89:]) < 0).all()
    assert close(np.ones((1, 3)), 10).shape == (1, 3)
