import io

import pytest

from approx_build.audio.ogg import sounding, streams
from tests.audio.encoded import NOISE, RATE, encoded, opus


@pytest.mark.parametrize(("made", "rate"), [(encoded("OGG"), RATE), (opus(), 48000)])
def test_a_stream_has_its_rate_its_length_and_its_end(made, rate):
    (one,), is_whole = streams(io.BytesIO(made))
    assert (one.rate, one.is_ended, is_whole) == (rate, True, True)
    assert one.length_s == pytest.approx(len(NOISE) / rate, abs=0.001)


def test_streams_that_follow_each_other_are_counted():
    every, is_whole = streams(io.BytesIO(encoded("OGG") + opus()))
    assert [one.rate for one in sounding(every)] == [RATE, 48000]
    assert is_whole


@pytest.mark.parametrize("cut", [1, 100, 5000])
def test_a_cut_file_has_no_end(cut):
    (one,), is_whole = streams(io.BytesIO(encoded("OGG")[:-cut]))
    assert not (is_whole and one.is_ended)


def test_what_is_no_page_is_no_stream():
    assert streams(io.BytesIO(b"words " * 20)) == ([], False)
