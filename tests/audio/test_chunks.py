import io
import struct

import pytest

from approx_build.audio.chunks import Big, Guids, Little, beyond, chunks

SOUND = bytes(range(1, 255)) * 4


def chunk(name, body):
    return name + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize(
    "tail",
    [
        b"",
        chunk(b"LIST", b"abcd"),
        chunk(b"LIST", b"abcd") + chunk(b"bext", b"ab"),
        b"LIST" + struct.pack("<I", 500) + b"cut off",
        b"\0" * 100,
        b"TAG" + b"title".ljust(125),
        b"\0" + chunk(b"cue ", b"abcd"),
    ],
)
def test_chunks_tags_and_zeros_after_the_sound_are_explained(tail):
    head = b"abc" if tail[:1] == b"\0" and b"cue" in tail else b"abcd"
    assert beyond(io.BytesIO(head + tail), len(head), Little) == 0


@pytest.mark.parametrize("tail", [SOUND, chunk(b"LIST", b"abcd") + SOUND, chunk(b"data", SOUND)])
def test_anything_else_may_be_sound(tail):
    assert beyond(io.BytesIO(b"abcd" + tail), 4, Little) == len(tail)


def test_chunks_are_found_up_to_the_sound():
    body = b"COMM" + struct.pack(">I", 3) + b"abc\0" + b"SSND" + struct.pack(">I", 99) + SOUND
    assert chunks(io.BytesIO(body), 0, Big) == {b"COMM": (8, 3), b"SSND": (20, 99)}


def test_a_size_that_is_less_than_its_head_ends_the_search():
    body = b"fmt " + bytes(12) + struct.pack("<Q", 4) + SOUND
    assert chunks(io.BytesIO(body), 0, Guids) == {b"fmt ": (24, -20)}
