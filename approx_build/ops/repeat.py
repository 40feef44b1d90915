"""Repeat: a clip several times, end to end with crossfades, or on the steps of a tempo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from approx_build.audio.clip import Clip
from approx_build.errors import OpError
from approx_build.metric.pace import Pace, Start, Step
from approx_build.metric.time import Time
from approx_build.numerics.stream import Stream
from approx_build.numerics.window import fade_in, hann
from approx_build.ops.base import LONGEST_S, OPS, GrainOp
from approx_build.ops.grains import MOST_GRAINS, Sound, Windowed, close, onsets

SHORTEST_S = 0.002
"""A clip repeated faster than this is a tone: `hold` makes those."""


@OPS.register
class Repeat(Windowed):
    """The clip `times` times, or for `length_s` seconds.

    Under `window: fade` each repetition begins `fade_ms` before the last one ends, so the
    whole is that much shorter for every join. The first beginning and the last end stay as
    they are, unless `length_s` cuts the last short: then it fades out. With `every: 1 bar`, a
    repetition begins on every bar of the movement's tempo. A clip that lasts longer than a step
    is cut and fades out over `fade_ms`; a shorter one is followed by silence.
    """

    op: Literal["repeat"] = "repeat"
    added: ClassVar[tuple[str, ...]] = ("every",)
    example: ClassVar[Mapping[str, object]] = {"times": 4}
    times: int | None = Field(None, ge=1, le=100_000, description="how many times; 2 by default")
    length_s: float | None = Field(
        None, ge=0.001, le=LONGEST_S, description="instead of times: length of the result, seconds"
    )
    every: Step | None = Field(
        None,
        description="instead of end to end: length from one beginning to the next, such as 1 bar",
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.times is not None and self.length_s is not None:
            raise ValueError("times and length_s are given; give one of them")
        return self

    def in_time(self, start: Start) -> GrainOp:
        """The beginnings of a movement's tempo, if they are counted in notes."""
        if not isinstance(self.every, Time):
            return self
        count = None if self.length_s else (self.times or 2) - 1
        pace = start.pace(self.every, self.length_s, count)
        if self.length_s is not None and pace.steps(self.length_s) > MOST_GRAINS:
            raise ValueError(f"repeats the clip more than {MOST_GRAINS:,} times")
        return self.model_copy(update={"every": pace})

    def make(self, clips: Sequence[Clip], rng: Stream) -> Clip:
        """The clip [C, T], repeated."""
        clip = clips[0]
        length = clip.samples(self.length([clip.length_s]))
        if isinstance(self.every, Pace):
            return self._stepped(clip, self.every, length)
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

    def _stepped(self, clip: Clip, pace: Pace, length: int) -> Clip:
        """The clip on every step [C, length], cut where a step is shorter."""
        sound = np.zeros((clip.channels, length))
        starts = onsets(pace, clip.rate, length)
        if self.length_s is None:
            starts = [*starts[: self.times or 2], length]
        before = 0
        for onset, following in pairwise(starts):
            size = min(following - onset, clip.length)
            is_cut = size < clip.length and following < length
            fade = self.fade(clip, size) if self.window == "fade" and is_cut else 0
            after = min(fade, clip.length - size)
            part = self._joined(clip.cut(0, size + after), before, after)[:, : length - onset]
            sound[:, onset : onset + part.shape[1]] += part
            before = after
        if self.length_s is not None:
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
        if isinstance(self.every, Pace):
            return max(self.every.seconds((self.times or 2) - 1), 0.0) + source_s[0]
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
