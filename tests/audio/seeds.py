"""Whole sound files of every kind that is read, and weights: what fuzzers damage."""

from __future__ import annotations

import json

import numpy as np

from approx_build.training.checkpoint import HEADER_KEY
from tests.audio.encoded import encoded, flac_of_length, fmt, mp3_without_index, opus, riff

SHORT = np.random.default_rng(2).uniform(-0.3, 0.3, 6000)
SEEDS = {
    "wav": encoded("WAV", SHORT),
    "list.wav": riff(fmt(20, 3), (b"LIST", b"INFO"), (b"data", bytes(range(255)) * 30)),
    "float.wav": encoded("WAV", SHORT, subtype="FLOAT"),
    "alaw.wav": encoded("WAV", SHORT, subtype="ALAW"),
    "rf64": encoded("RF64", SHORT),
    "flac": encoded("FLAC", SHORT),
    "pipe.flac": flac_of_length(0, encoded("FLAC", SHORT)),
    "mp3": encoded("MP3", SHORT),
    "bare.mp3": mp3_without_index(0.9)[:6000],
    "ogg": encoded("OGG", SHORT),
    "opus": opus(SHORT),
    "aiff": encoded("AIFF", SHORT),
    "caf": encoded("CAF", SHORT),
    "w64": encoded("W64", SHORT),
    "au": encoded("AU", SHORT),
}


def weights() -> bytes:
    """A small checkpoint."""
    from safetensors.numpy import save

    about = json.dumps({"format": 1, "family": "wavenet"})
    return bytes(save({"a.b": np.ones((3, 4), np.float32)}, metadata={HEADER_KEY: about}))
