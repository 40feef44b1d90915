"""Stretch: a clip longer or shorter, its pitch kept (see `audio.stretch`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from approx_build.audio.clip import Clip
from approx_build.audio.stretch import Warp, stretch
from approx_build.errors import OpError
from approx_build.numerics.stream import Stream
from approx_build.ops.base import LONGEST_S, OPS, GrainOp
from approx_build.ops.curves import Factor, extremes, pace_of

SMALLEST, LARGEST = 0.1, 20.0


@OPS.register
class Stretch(GrainOp):
    """The clip `factor` times as long, or `length_s` seconds long, at the same pitch.

    Attacks stay as sharp as they are unless `keep_attacks` is false, which smears them.
    """

    op: Literal["stretch"] = "stretch"
    version: ClassVar[int] = 2
    example: ClassVar[Mapping[str, object]] = {"factor": 1.6}
    factor: Factor | None = Field(
        None,
        description="how many times as long; 2 by default; or breakpoints, whose times are those "
        "of the clip before it is stretched",
    )
    length_s: float | None = Field(
        None, ge=0.001, le=LONGEST_S, description="instead of factor: length of the result, seconds"
    )
    keep_attacks: bool = Field(
        True, description="whether attacks stay sharp (true) or smear over some 0.1 s (false)"
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.factor is not None and self.length_s is not None:
            raise ValueError("factor and length_s are given; give one of them")
        return self

    def make(self, clips: Sequence[Clip], rng: Stream) -> Clip:
        """The clip stretched [C, T * factor]."""
        clip = clips[0]
        length = clip.samples(self.length([clip.length_s]))
        if not isinstance(self.factor, tuple):
            return stretch(clip, length, self.keep_attacks)
        pace, rate = pace_of(self.factor), clip.rate
        warp = Warp(
            lambda source: pace.steps(source / rate) * rate,
            lambda result: pace.seconds(result / rate) * rate,
            extremes(self.factor)[0],
        )
        return stretch(clip, length, self.keep_attacks, warp)

    def check_sizes(self, sizes: Sequence[int], rate: int) -> None:
        """The factor must be possible."""
        size, length = sizes[0], round(self.length([sizes[0] / rate]) * rate)
        # Half a sample of rounding is no other factor.
        if not SMALLEST * size - 1 <= length <= LARGEST * size + 1:
            raise OpError(
                f"stretch: {size / rate:.3f} s to {length / rate:.3f} s is a factor of "
                f"{length / size:.3g}; between {SMALLEST} and {LARGEST:.0f} is possible"
            )

    def length(self, source_s: Sequence[float]) -> float:
        """Seconds asked for, or the clip's times the factor."""
        if self.length_s is not None:
            return self.length_s
        if isinstance(self.factor, tuple):
            return pace_of(self.factor).steps(source_s[0])
        return source_s[0] * (self.factor or 2.0)
