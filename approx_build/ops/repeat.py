"""Repeat: a clip several times, each end crossfaded into the next beginning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from approx_build.audio.clip import Clip
from approx_build.errors import OpError
from approx_build.numerics.stream import Stream
from approx_build.numerics.window import fade_in, hann
from approx_build.ops.base import LONGEST_S, OPS
from approx_build.ops.grains import Sound, Windowed, close

SHORTEST_S = 0.002
"""A clip repeated faster than this is a tone: `hold` makes those."""


@OPS.register
class Repeat(Windowed):
    """The clip `times` times, or for `length_s` seconds.

    Under `window: fade` each repetition begins `fade_ms` before the last one ends, so the
    whole is that much shorter for every join. The first beginning and the last end stay as
    they are, unless `length_s` cuts the last short: then it fades out.
    """

    op: Literal["repeat"] = "repeat"
    example: ClassVar[Mapping[str, object]] = {"times": 4}
    times: int | None = Field(None, ge=1, le=100_000, description="how many times; 2 by default")
    length_s: float | None = Field(
        None, ge=0.001, le=LONGEST_S, description="instead of times: length of the result, seconds"
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.times is not None and self.length_s is not None:
            raise ValueError("times and length_s are given; give one of them")
        return self

    def make(self, clips: Sequence[Clip], rng: Stream) -> Clip:
        """The clip [C, T], repeated."""
        clip = clips[0]
        length = clip.samples(self.length([clip.length_s]))
        onsets = self._onsets(clip, length)
        sound = np.zeros((clip.channels, length))
        for i, onset in enumerate(onsets):
            # Measured, because onsets are rounded and overlaps may differ by a sample.
            before = onsets[i - 1] + clip.length - onset if i else 0
            after = onset + clip.length - onsets[i + 1] if i + 1 < len(onsets) else 0
            part = self._joined(clip, before, after)[:, : length - onset]
            sound[:, onset : onset + part.shape[1]] += part
        if onsets[-1] + clip.length > length:
            close(sound, self.fade(clip, length))
        return clip.like(sound)

    def check_sizes(self, sizes: Sequence[int], rate: int) -> None:
        """A clip of less than a millisecond is for `hold`."""
        if sizes[0] / rate < SHORTEST_S:
            raise OpError(f"repeat: a clip of {sizes[0]} samples is too short; use hold")

    def length(self, source_s: Sequence[float]) -> float:
        """The length asked for, or that of all repetitions less their overlaps, seconds."""
        if self.length_s is not None:
            return self.length_s
        return source_s[0] + ((self.times or 2) - 1) * self._period_s(source_s[0])

    def _period_s(self, source_s: float) -> float:
        overlap_s = min(self.fade_ms / 1000, source_s / 2) if self.window == "fade" else 0.0
        return source_s - overlap_s

    def _onsets(self, clip: Clip, length: int) -> list[int]:
        """The first sample of each repetition that begins before `length`."""
        period = self._period_s(clip.length_s) * clip.rate
        if self.length_s is None:
            # The last one is placed from the end, so that rounding cannot move it beyond.
            early = [round(i * period) for i in range((self.times or 2) - 1)]
            return [*early, length - clip.length]
        count = int(length / period) + 1
        return [onset for i in range(count) if (onset := round(i * period)) < length]

    def _joined(self, clip: Clip, before: int, after: int) -> Sound:
        """The clip, fading in over `before` and out over `after` samples."""
        sound = np.asarray(clip.data, dtype=np.float64).copy()
        if self.window == "hann":
            return sound * hann(clip.length)
        sound[:, :before] *= fade_in(before)
        sound[:, clip.length - after :] *= fade_in(after)[::-1]
        return sound
