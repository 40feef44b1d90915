"""Small sounds and one case for every operation, shared by the tests and the golden files."""

from __future__ import annotations

import sys
from hashlib import sha256

import numpy as np

from approx_build.audio.clip import Clip
from approx_build.numerics.portable import TAU, exp, sin
from approx_build.numerics.stream import Stream
from approx_build.ops.base import OPS, GrainOp

RATE = 8000
LENGTH_S = 0.5
SOURCE_S = 0.3

STREAM = Stream.named("golden")


def tone(frequency_hz: float, length_s: float = SOURCE_S, channels: int = 1) -> Clip:
    """A tone at half of full scale [C, T], each channel at a phase of its own."""
    at = np.arange(round(length_s * RATE)) / RATE
    phases = np.arange(channels)[:, np.newaxis] * 0.7
    return Clip((0.5 * sin(TAU * frequency_hz * at + phases)).astype(np.float32), RATE)


def music(channels: int = 1, length_s: float = SOURCE_S) -> Clip:
    """Three partials with a stroke of noise every 0.1 s [C, T]."""
    partials = sum(
        tone(frequency, length_s, channels).data / (1 + number)
        for number, frequency in enumerate([220.0, 441.0, 663.0])
    )
    count = round(length_s * RATE)
    noise = Stream.named("music").uniforms(channels * count).reshape(channels, count) - 0.5
    strokes = noise * exp(-(np.arange(count) % 800) / 60.0)
    return Clip((0.5 * partials + 0.5 * strokes).astype(np.float32), RATE)


def silence(channels: int = 1, length_s: float = SOURCE_S) -> Clip:
    return Clip(np.zeros((channels, round(length_s * RATE)), np.float32), RATE)


def case(cls: type[GrainOp]) -> GrainOp:
    """The operation with the parameters of its example, short."""
    parameters = dict(cls.example)
    if "length_s" in parameters:
        parameters["length_s"] = LENGTH_S
    return cls.model_validate(parameters)


def sources(cls: type[GrainOp], clip: Clip) -> list[Clip]:
    """What the operation is given: the clip, or the clip and others."""
    return [clip, tone(330, 0.2), music(length_s=0.25)] if cls.many else [clip]


def result(cls: type[GrainOp]) -> Clip:
    """The result that the golden file of the operation holds."""
    return case(cls).apply(sources(cls, music()), STREAM)


def print_digests() -> None:
    """One line for every operation: its name and the SHA-256 of its result's samples."""
    for cls in OPS:
        name = cls.model_fields["op"].default
        sys.stdout.write(f"{name} {sha256(result(cls).data.tobytes()).hexdigest()}\n")
