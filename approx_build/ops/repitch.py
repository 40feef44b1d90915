"""Repitch: a clip faster or slower, its pitch moving with it, as a tape does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from pydantic import Field

from approx_build.audio.clip import Clip
from approx_build.audio.resample import varispeed
from approx_build.numerics.portable import power
from approx_build.numerics.stream import Stream
from approx_build.ops.base import OPS, GrainOp


def speed(semitones: float) -> float:
    """How many times as fast a tape plays that sounds `semitones` higher."""
    return float(power(2.0, semitones / 12))


@OPS.register
class Repitch(GrainOp):
    """The clip `semitones` higher and shorter, or lower and longer (varispeed).

    An octave up (12) halves the length; an octave down (-12) doubles it.
    """

    op: Literal["repitch"] = "repitch"
    version: ClassVar[int] = 2
    example: ClassVar[Mapping[str, object]] = {"semitones": -5}
    semitones: float = Field(
        ge=-48, le=48, description="how much higher, semitones; below 0 is lower"
    )

    def make(self, clips: Sequence[Clip], rng: Stream) -> Clip:
        """The clip resampled [C, T / speed]."""
        return varispeed(clips[0], speed(self.semitones))

    def length(self, source_s: Sequence[float]) -> float:
        """The clip's length by the speed."""
        return source_s[0] / speed(self.semitones)
