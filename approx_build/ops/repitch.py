"""Repitch: a clip faster or slower, its pitch moving with it, as a tape does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Discriminator, Field, Tag, field_validator

from approx_build.audio.clip import Clip
from approx_build.audio.glide import Glide, speed
from approx_build.audio.resample import varispeed
from approx_build.numerics.stream import Stream
from approx_build.ops.base import LONGEST_S, OPS, GrainOp
from approx_build.yaml_source.fields import MOST

Semitones = Annotated[float, Field(ge=-48, le=48)]
Breakpoint = tuple[Annotated[float, Field(ge=0, le=LONGEST_S)], Semitones]
"""A time in seconds, and semitones."""


def _kind(value: Any) -> str:
    return "curve" if isinstance(value, list | tuple) else "number"


# Of a plain union, pydantic would report a fault once for each alternative.
SemitonesLike = Annotated[
    Annotated[Semitones, Tag("number")]
    | Annotated[tuple[Breakpoint, ...], Field(min_length=1, max_length=MOST), Tag("curve")],
    Discriminator(_kind),
]
"""A number, or breakpoints."""


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
    semitones: SemitonesLike = Field(
        description="how much higher, semitones; below 0 is lower; or breakpoints "
        "`[[seconds, semitones], …]`"
    )

    @field_validator("semitones")
    @classmethod
    def _times_rise(cls, semitones: SemitonesLike) -> SemitonesLike:
        if isinstance(semitones, tuple):
            for (before, _), (after, _) in pairwise(semitones):
                if after < before:
                    raise ValueError(f"times run backwards ({after:g} s after {before:g} s)")
        return semitones

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
