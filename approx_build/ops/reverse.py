"""Reverse: a clip backwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from approx_build.audio.clip import Clip
from approx_build.numerics.stream import Stream
from approx_build.ops.base import OPS, GrainOp


@OPS.register
class Reverse(GrainOp):
    """The clip backwards, sample by sample."""

    op: Literal["reverse"] = "reverse"

    def make(self, clips: Sequence[Clip], rng: Stream) -> Clip:
        """The samples in reverse order [C, T]."""
        return clips[0].like(clips[0].data[:, ::-1])

    def length(self, source_s: Sequence[float]) -> float:
        """As long as the clip."""
        return source_s[0]
