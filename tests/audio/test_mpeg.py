import io

import pytest

from approx_build.audio.mpeg import frame, frames, index_frame
from tests.audio.encoded import NOISE, encoded, mp3_without_index

CODINGS = [(44100, "VARIABLE"), (44100, "CONSTANT"), (22050, "CONSTANT"), (8000, "CONSTANT")]


@pytest.mark.parametrize(("rate", "mode"), CODINGS)
def test_the_index_of_a_whole_file_counts_its_frames(rate, mode):
    found = frames(io.BytesIO(encoded("MP3", rate=rate, bitrate_mode=mode)))
    assert found.indexed == found.count
    assert found.lost == 0
    assert found.first.rate == rate
    assert 0 <= found.length_s - len(NOISE) / rate < 4 * found.first.samples / rate


def test_an_index_frame_is_a_frame_that_says_what_was_counted():
    found = frames(io.BytesIO(mp3_without_index()))
    assert found.indexed is None
    made = index_frame(found)
    assert frame(made[:4]).size == len(made)
    again = frames(io.BytesIO(made + mp3_without_index()))
    assert again.indexed == again.count == found.count


def test_bytes_between_frames_are_counted_and_passed():
    whole = mp3_without_index()
    found = frames(io.BytesIO(whole))
    place = frame(whole[:4]).size
    place += frame(whole[place:]).size
    damaged = frames(io.BytesIO(whole[:place] + b"\1" * 700 + whole[place:]))
    assert (damaged.count, damaged.lost) == (found.count, 700)


@pytest.mark.parametrize(
    "head", [b"abcd", b"\xff\xfb\xf0\0", b"\xff\xfb\x0c\0", b"\xff\xe9\x90\0", b"\xff\xf9\x90\0"]
)
def test_what_is_no_head_is_no_frame(head):
    assert frame(head) is None


def test_other_files_have_no_frames():
    assert frames(io.BytesIO(b"\xff\xfb words " * 500)) is None
    assert frames(io.BytesIO(b"")) is None
