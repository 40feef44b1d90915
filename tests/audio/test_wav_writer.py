import io

import numpy as np
import pytest

from approx_build.audio.wav_writer import FloatWriter, IntWriter


@pytest.mark.parametrize("length", [0, 1, 2, 3])
def test_a_file_has_an_even_number_of_bytes_and_says_its_own_size(length):
    file = io.BytesIO()
    with IntWriter(file, 8000, 1) as writer:
        writer.write(np.arange(length)[None])
    content = file.getvalue()
    assert len(content) % 2 == 0
    assert int.from_bytes(content[4:8], "little") == len(content) - 8
    assert writer.length == length


def test_the_bytes_of_a_file_are_pinned():
    file = io.BytesIO()
    with FloatWriter(file, 44100, 2) as writer:
        writer.write(np.array([[1.0], [-0.5]]))
    assert file.getvalue() == (
        b"RIFF\x5e\0\0\0WAVE"
        + (b"JUNK\x1c\0\0\0" + bytes(28))
        + b"fmt \x12\0\0\0\x03\0\x02\0\x44\xac\0\0\x20\x62\x05\0\x08\0\x20\0\0\0"
        + b"fact\x04\0\0\0\x01\0\0\0"
        + b"data\x08\0\0\0\0\0\x80\x3f\0\0\0\xbf"
    )


def test_blocks_must_have_the_channels_of_the_file():
    with pytest.raises(ValueError, match=r"a block is \[2, T\]"):
        FloatWriter(io.BytesIO(), 44100, 2).write(np.zeros((1, 5)))


def test_integers_have_16_24_or_32_bits():
    with pytest.raises(ValueError, match="16, 24 or 32 bits, not 20"):
        IntWriter(io.BytesIO(), 44100, 2, bits=20)
