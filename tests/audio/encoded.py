"""Sound files as bytes: whole ones by libsndfile, and the odd ones that programs leave."""

import io
import struct

import numpy as np
import soundfile

from approx_build.audio.mpeg import frame

RATE = 44100
NOISE = np.random.default_rng(1).uniform(-0.3, 0.3, 2 * RATE)


def encoded(kind, sound=NOISE, rate=RATE, **more):
    """`sound` [T] or [T, C] as a file of a format of libsndfile."""
    file = io.BytesIO()
    soundfile.write(file, sound, rate, format=kind, **more)
    return file.getvalue()


def opus(sound=NOISE):
    return encoded("OGG", sound, 48000, subtype="OPUS")


def mp3_without_index(level=0.0):
    """Frames of a changing bit rate without the index frame that would count them."""
    whole = encoded("MP3", compression_level=level, bitrate_mode="VARIABLE")
    return whole[frame(whole[:4]).size :]


def flac_of_length(promised, whole=None):
    """A FLAC file whose head promises so many samples; 0: unknown."""
    made = bytearray(whole or encoded("FLAC"))
    made[21] &= 0xF0
    made[22:26] = struct.pack(">I", promised)
    return bytes(made)


def riff(*chunks, size=None):
    """A WAV file of chunks (name, body) or (name, body, size said of it)."""
    body = b"WAVE"
    for name, data, *said in chunks:
        body += name + struct.pack("<I", said[0] if said else len(data)) + data
        body += b"\0" * (len(data) % 2)
    return b"RIFF" + struct.pack("<I", len(body) if size is None else size) + body


def fmt(bits=16, width=2, channels=1, code=1, rate=RATE):
    """The fmt chunk of samples of `bits` in `width` bytes."""
    frame_size = width * channels
    fields = (code, channels, rate, rate * frame_size, frame_size, bits)
    return b"fmt ", struct.pack("<HHIIHH", *fields)
