import numpy as np
import pytest

from approx_build.audio.stream import Stream


@pytest.mark.parametrize("start", [0, 1, 2, 3, 4, 5, 4095, 4096, 100_001])
def test_words_are_found_at_their_position_without_drawing(start):
    stream = Stream.named("a")
    whole = Stream.named("a").words(100_100)
    assert np.array_equal(stream.words_at(start, 9), whole[start : start + 9])
    assert np.array_equal(stream.words(5), whole[:5])


def test_a_child_does_not_depend_on_what_was_drawn():
    stream = Stream.named("a")
    before = stream.child("b", 1)
    stream.words(10)
    assert stream.child("b", 1) == before != stream.child("b", 2)
