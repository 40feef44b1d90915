import os
import struct

import numpy as np
import pytest

from approx_build.audio import wav
from approx_build.errors import AudioError
from tests.audio.encoded import (
    NOISE,
    RATE,
    encoded,
    flac_of_length,
    fmt,
    mp3_without_index,
    opus,
    riff,
)

INTS = (NOISE * 32767).astype("<i2")
FRAME = 1152
BYTES = b"\x01\x80\x02\x90" * 22050
"""One second of something at 16 bits."""


def au_of_size(size):
    made = bytearray(encoded("AU"))
    made[8:12] = struct.pack(">I", size)
    return bytes(made)


def written(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    return tmp_path / name


WHOLE = {
    "a.flac": flac_of_length(0),
    "unfinished.wav": riff(fmt(), (b"data", INTS.tobytes(), 0), size=0),
    "streamed.wav": riff(fmt(), (b"data", INTS.tobytes(), 0xFFFFFFFF), size=0xFFFFFFFF),
    "sox.wav": riff(fmt(), (b"data", INTS.tobytes(), 0x7FFFF000), size=0x7FFFF024),
    "noted.wav": riff(fmt(), (b"data", INTS.tobytes()), (b"LIST", b"INFOISFT" + bytes(9))),
    "tagged.wav": riff(fmt(), (b"data", INTS.tobytes())) + b"TAG" + bytes(125),
    "padded.wav": riff(fmt(), (b"data", INTS.tobytes())) + bytes(4096),
    "tagged.flac": encoded("FLAC") + b"TAG" + bytes(125),
    "a.au": au_of_size(0),
    "b.au": au_of_size(0xFFFFFFFF),
    "a.aiff": encoded("AIFF"),
    "a.caf": encoded("CAF"),
    "a.w64": encoded("W64"),
    "a.ogg": encoded("OGG"),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_file_is_read_completely(tmp_path, name):
    path = written(tmp_path, name, WHOLE[name])
    clip = wav.read(path)
    assert wav.info(path).length == clip.length == len(NOISE)
    if name != "a.ogg":
        assert np.abs(clip.data[0] - NOISE).max() < 1e-4


def test_an_mp3_without_an_index_is_read_to_its_end(tmp_path):
    one, other = mp3_without_index(0.0), mp3_without_index(0.9)
    indexed = encoded("MP3", compression_level=0.0, bitrate_mode="VARIABLE")
    alone = written(tmp_path, "a.mp3", one)
    joined = written(tmp_path, "b.mp3", one + other)
    tagged = written(tmp_path, "c.mp3", b"ID3\4\0\0\0\0\0\4" + bytes(4) + one + b"TAG" + bytes(125))
    length = wav.read(alone).length
    assert len(NOISE) <= length <= len(NOISE) + 3 * FRAME
    assert wav.read(joined).length > 2 * len(NOISE)
    assert wav.read(tagged).length == length
    assert wav.read(written(tmp_path, "d.mp3", indexed)).length == len(NOISE)


FLAC, OGG, OPUS = encoded("FLAC"), encoded("OGG"), opus()
MP3 = encoded("MP3", bitrate_mode="VARIABLE")
LOST = {
    "longer.flac": (flac_of_length(RATE), r"promises 1\.00 s, and 1\.00 s more follow"),
    "cut.flac": (FLAC[: len(FLAC) // 2], r"truncated: it breaks off after .* of the 2\.00 s"),
    "pipe.flac": (flac_of_length(0)[: len(FLAC) // 2], "truncated: it breaks off after"),
    "two.flac": (FLAC + FLAC, "another FLAC file follows"),
    "chained.ogg": (OGG + OGG, r"2 streams, .*: 2\.00 s, without 2\.00 s"),
    "cut.ogg": (OGG[: len(OGG) // 2], r"truncated: it breaks off after [01]\.\d\d s"),
    "cut.opus": (OPUS[: len(OPUS) // 2], r"truncated: it breaks off after [01]\.\d\d s"),
    "cut.mp3": (MP3[: len(MP3) // 2], r"truncated: [01]\.\d\d s are there of the 2\.\d\d s"),
    "two.mp3": (MP3 + MP3, r"promises 2\.\d\d s, and 2\.\d\d s more follow"),
    "more.wav": (riff(fmt(), (b"data", BYTES + INTS.tobytes(), len(BYTES))), "2.00 s more follow"),
    "two.wav": (riff(fmt(), (b"data", BYTES), (b"data", BYTES)), "1.00 s more follow"),
    "cut.wav": (riff(fmt(), (b"data", BYTES, 3 * len(BYTES))), "truncated: .*3.00 s"),
    "cut.aiff": (encoded("AIFF")[:-RATE], r"truncated: 0\.50 s"),
    "more.aiff": (encoded("AIFF") + BYTES, r"1\.00 s \(88200 bytes\) follow"),
    "cut.au": (encoded("AU")[:-RATE], r"truncated: 0\.50 s"),
    "more.au": (encoded("AU") + BYTES, r"1\.00 s \(88200 bytes\) follow"),
    "cut.caf": (encoded("CAF")[:-RATE], "truncated: .* are missing"),
    "more.caf": (encoded("CAF") + BYTES, r"1\.00 s \(88200 bytes\) follow"),
    "cut.w64": (encoded("W64")[:-RATE], r"truncated: 0\.50 s"),
    "more.w64": (encoded("W64") + BYTES, r"s \(88200 bytes\) follow"),
}


@pytest.mark.parametrize("name", LOST)
def test_sound_that_would_be_lost_is_reported_with_its_seconds(tmp_path, name):
    content, words = LOST[name]
    path = written(tmp_path, name, content)
    with pytest.raises(AudioError, match=words) as caught:
        wav.info(path)
    assert f"-i {path} -c:a pcm_s24le" in caught.value.message


def test_a_file_that_changes_is_looked_at_again(tmp_path):
    path = written(tmp_path, "a.flac", FLAC)
    assert wav.info(path).length == len(NOISE)
    path.write_bytes(FLAC[: len(FLAC) // 2])
    with pytest.raises(AudioError, match="truncated"):
        wav.info(path)


def test_a_sound_whose_name_is_another_codings_is_read(tmp_path):
    assert wav.info(written(tmp_path, "a.raw", FLAC)).length == len(NOISE)
    with pytest.raises(AudioError, match="not a sound file"):
        wav.info(written(tmp_path, "b.raw", b"\1\2\3\4" * 1000))


def test_a_fifo_is_refused_and_nobody_waits(tmp_path):
    os.mkfifo(tmp_path / "a.wav")
    with pytest.raises(AudioError, match="it is a FIFO, not a regular file"):
        wav.info(tmp_path / "a.wav")
