import io
import struct

import pytest

from approx_build.audio.riff import FLOAT, HEADER_SIZE, PCM, UNKNOWN, header_bytes, read_header


@pytest.mark.parametrize("length", [0, 1, 7, 44100])
@pytest.mark.parametrize(("code", "bits", "channels"), [(FLOAT, 32, 2), (PCM, 24, 1), (PCM, 24, 5)])
def test_a_header_says_what_it_was_made_from(length, code, bits, channels):
    head = header_bytes(code, bits, channels, 44100, length)
    found = read_header(io.BytesIO(head))
    assert len(head) == HEADER_SIZE == found.start
    assert (found.code, found.bits, found.channels, found.rate, found.length) == (
        code,
        bits,
        channels,
        44100,
        length,
    )


def test_past_4_gib_the_header_is_rf64_of_the_same_size():
    length = 2_000_000_000
    head = header_bytes(PCM, 24, 2, 96000, length)
    assert (len(head), head[:4], head[12:16]) == (HEADER_SIZE, b"RF64", b"ds64")
    assert struct.unpack("<I", head[4:8])[0] == UNKNOWN
    assert struct.unpack("<QQQ", head[20:44]) == (length * 6 + HEADER_SIZE - 8, length * 6, length)
    assert read_header(io.BytesIO(head)).length == length


def test_the_last_file_that_riff_can_count_is_riff():
    fits = (UNKNOWN - 1 - (HEADER_SIZE - 8)) // 4
    assert header_bytes(FLOAT, 32, 1, 44100, fits)[:4] == b"RIFF"
    assert header_bytes(FLOAT, 32, 1, 44100, fits + 1)[:4] == b"RF64"


def test_a_stream_that_nobody_finished_reaches_to_the_end_of_the_file():
    head = header_bytes(PCM, 24, 1, 8000, 0)[:-4] + struct.pack("<I", UNKNOWN)
    assert read_header(io.BytesIO(head + bytes(30))).length == 10


def test_other_files_are_not_wav_files():
    assert read_header(io.BytesIO(b"fLaC" + bytes(60))) is None
    assert read_header(io.BytesIO(b"RI")) is None


@pytest.mark.parametrize(
    ("tail", "words"),
    [
        (b"", "no data chunk"),
        (b"data" + bytes(4), "no fmt chunk"),
        (b"fmt " + struct.pack("<IHHIIHH", 16, 1, 0, 44100, 0, 0, 16) + b"data" + bytes(4), "fmt"),
        (b"fmt " + struct.pack("<IHHIIHH", 16, 1, 2, 44100, 0, 7, 16) + b"data" + bytes(4), "fmt"),
    ],
)
def test_a_header_that_contradicts_itself_is_refused(tail, words):
    with pytest.raises(ValueError, match=words):
        read_header(io.BytesIO(b"RIFF" + bytes(4) + b"WAVE" + tail))
