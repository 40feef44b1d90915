"""Play: a clip as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from approx_build.audio.clip import Clip
from approx_build.numerics.stream import Stream
from approx_build.ops.base import OPS, GrainOp


@OPS.register
class Play(GrainOp):
    """The clip as it is, every sample unchanged.

    A range of the clip (`start_s` and `length_s` beside the source) may begin in the middle of
    a sound: give the event a `fade_in_s` and a `fade_out_s` then.
    """

    op: Literal["play"] = "play"

    def make(self, clips: Sequence[Clip], rng: Stream) -> Clip:
        """The clip itself."""
        return clips[0]

    def length(self, source_s: Sequence[float]) -> float:
        """As long as the clip."""
        return source_s[0]
