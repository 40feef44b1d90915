import io
import struct

import numpy as np
import pytest

from approx_build.audio.flac import content, patched_head
from tests.audio.encoded import NOISE, RATE, encoded, flac_of_length

LENGTHS = [1, 15, 16, 255, 4095, 4096, 4097, 88200, 700_001]


@pytest.mark.parametrize("length", LENGTHS)
def test_the_last_frame_says_how_many_samples_there_are(length):
    sound = np.resize(NOISE, length)
    found = content(io.BytesIO(flac_of_length(0, encoded("FLAC", sound))))
    assert (found.held, found.promised, found.rate) == (length, 0, RATE)
    assert found.is_whole
    assert found.is_alone


@pytest.mark.parametrize("cut", [1, 2, 100, 20_000])
def test_a_frame_that_is_cut_off_is_seen(cut):
    found = content(io.BytesIO(encoded("FLAC")[:-cut]))
    assert not found.is_whole
    assert found.held <= len(NOISE) == found.promised


ID3 = b"TAG" + b"a title".ljust(125)


def ape(items: bytes, has_header: bool) -> bytes:
    """An APE tag, as Monkey's Audio defines its second version."""
    numbers = struct.pack("<III", 2000, len(items) + 32, 1)
    frames = [
        b"APETAGEX" + numbers + struct.pack("<I", flags << 29) + bytes(8)
        for flags in ((0b101, 0b100) if has_header else (0, 0))
    ]
    return (frames[0] if has_header else b"") + items + frames[1]


TITLE = struct.pack("<II", 7, 0) + b"Title\0a title"


@pytest.mark.parametrize(
    "tail",
    [bytes(500), ID3, ape(TITLE, True), ape(TITLE, False), ape(TITLE * 200_000, True) + ID3],
    ids=["zeros", "ID3", "APE", "APE without a header", "a large APE, then ID3"],
)
def test_what_is_put_after_a_file_does_not_cut_it(tail):
    found = content(io.BytesIO(encoded("FLAC") + tail))
    assert (found.is_whole, found.held) == (True, len(NOISE))


def test_a_second_file_is_seen():
    assert not content(io.BytesIO(encoded("FLAC") * 2)).is_alone


def test_the_head_is_patched_with_the_samples():
    whole = encoded("FLAC")
    head = patched_head(io.BytesIO(flac_of_length(0)), len(NOISE))
    assert head == whole[: len(head)]


def test_other_files_are_none():
    assert content(io.BytesIO(b"fLaC")) is None
    assert content(io.BytesIO(b"words " * 50)) is None
    assert content(io.BytesIO(encoded("FLAC")[:60])) is None
    without_rate = bytearray(encoded("FLAC"))
    without_rate[18:21] = bytes(3)
    assert content(io.BytesIO(without_rate)) is None
