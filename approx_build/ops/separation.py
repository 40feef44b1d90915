"""What harmonic and percussive share: the two halves of one separation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field, field_validator

from approx_build.audio.clip import Clip
from approx_build.audio.separation import Part, Separation
from approx_build.numerics.stream import Stream
from approx_build.ops.base import OPS, GrainOp
from approx_build.ops.curves import Margin, at


class Separated(GrainOp):
    """One part of each channel of the clip."""

    version: ClassVar[int] = 2
    part: ClassVar[Part]

    margin: Margin = Field(
        1.0,
        description="keep only what is larger than the other part by this factor; at 1 the "
        "harmonic and the percussive part sum to the clip; or breakpoints",
    )
    kernel: int = Field(
        31,
        ge=3,
        le=301,
        description="length of the medians, an odd number of frames of 512 samples (in time) "
        "or of bins (in frequency): larger is stricter",
    )

    @field_validator("kernel")
    @classmethod
    def _is_odd(cls, kernel: int) -> int:
        # The median of an even count lies between two values, and `running_median` refuses it.
        if kernel % 2 == 0:
            raise ValueError(f"must be odd (is {kernel})")
        return kernel

    def make(self, clips: Sequence[Clip], rng: Stream) -> Clip:
        """The part [C, T] of the clip [C, T]."""
        clip, margin = clips[0], self.margin
        separation = Separation(1.0 if isinstance(margin, tuple) else margin, self.kernel)
        if isinstance(margin, tuple):
            hop_s, count = separation.stft.hop / clip.rate, separation.stft.frames(clip.length)
            moving = [at(margin, frame * hop_s) for frame in range(count)]
            separation = Separation(np.array(moving, np.float32), self.kernel)
        parts = [separation.apply(channel, self.part) for channel in clip.data]
        return clip.like(np.stack(parts))

    def length(self, source_s: Sequence[float]) -> float:
        """As long as the clip."""
        return source_s[0]


@OPS.register
class Harmonic(Separated):
    """The tones of the clip, without strokes and noise.

    Frequencies that last are kept, so attacks soften and breath, keys and drums recede. A
    `margin` of 2 or more leaves only the clearest tones, in islands.
    """

    op: Literal["harmonic"] = "harmonic"
    part: ClassVar[Part] = "harmonic"
    example: ClassVar[Mapping[str, object]] = {"margin": 2}


@OPS.register
class Percussive(Separated):
    """The strokes of the clip, without its tones.

    What is sudden and spread over all frequencies is kept: attacks, keys, clicks, noise. A
    `margin` of 2 or more leaves only the sharpest.
    """

    op: Literal["percussive"] = "percussive"
    part: ClassVar[Part] = "percussive"
    example: ClassVar[Mapping[str, object]] = {"margin": 2}
