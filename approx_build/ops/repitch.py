"""Repitch: a clip faster or slower, its pitch moving with it, as a tape does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from pydantic import Field

from approx_build.audio.clip import Clip
from approx_build.audio.glide import Glide, speed
from approx_build.audio.resample import varispeed
from approx_build.numerics.stream import Stream
from approx_build.ops.base import OPS, GrainOp
from approx_build.ops.curves import Semitones


@OPS.register
class Repitch(GrainOp):
    """The clip `semitones` higher and shorter, or lower and longer (varispeed).

    An octave up (12) halves the length; an octave down (-12) doubles it. Breakpoints
    `[[seconds, semitones], …]` let the pitch glide: seconds of the result, straight lines of
    pitch between them, level before the first and after the last.
    """

    op: Literal["repitch"] = "repitch"
    version: ClassVar[int] = 2
    example: ClassVar[Mapping[str, object]] = {"semitones": -5}
    semitones: Semitones = Field(
        description="how much higher, semitones; below 0 is lower; or breakpoints "
        "`[[seconds, semitones], …]`"
    )

    def make(self, clips: Sequence[Clip], rng: Stream) -> Clip:
        """The clip resampled [C, T / speed]."""
        if isinstance(self.semitones, tuple):
            return Glide(self.semitones).apply(clips[0])
        return varispeed(clips[0], speed(self.semitones))

    def length(self, source_s: Sequence[float]) -> float:
        """The clip's length by the speed."""
        if isinstance(self.semitones, tuple):
            return Glide(self.semitones).length_s(source_s[0])
        return source_s[0] / speed(self.semitones)
