import numpy as np
import pytest

from approx_build.numerics.stream import Stream, stream_key


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


def test_keys_and_words_are_pinned():
    assert stream_key("take", 11, 3) == "94e17e4329ed6d58db9f0d4839f8f172"
    assert stream_key("event", 7, "1-fog", "machine", "é") == "7cab29455135d2d4e9fc1464ecfbc210"
    stream = Stream.named("take", 11, 3)
    assert stream.child("x").key == "9ed91bf58165737d26c379a2e7f6e7e4"
    assert stream.words(2).tolist() == [0xFD7912A846869121, 0x9F8ABF3A6DC071F9]
    assert stream.words_at(2, 1).tolist() == [0xBB25D5BDDE017C6D]
    assert Stream.named("take", 11, 3).uniform() == 0.9901286755398593
