import numpy as np

from approx_build.ops.reverse import Reverse
from tests.ops.cases import STREAM, music


def test_samples_come_in_reverse_order():
    clip = music(2)
    result = Reverse().apply([clip], STREAM)
    assert np.array_equal(result.data, clip.data[:, ::-1])


def test_twice_reversed_is_the_clip():
    clip = music()
    back = Reverse().apply([Reverse().apply([clip], STREAM)], STREAM)
    assert np.array_equal(back.data, clip.data)
