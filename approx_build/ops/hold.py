"""Hold: one grain repeated without a break, which freezes a moment of sound.

The grain lasts exactly `round(rate / rate_hz)` samples, so the repetition is exactly periodic: slow
rates loop a gesture, rates above some 20 Hz make a tone of that pitch. With `every`, each grain
begins on the sample nearest to its time instead, and is as long as its step.
"""

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
from approx_build.ops.base import OPS, GrainOp
from approx_build.ops.curves import Rate, extremes, pace_of
from approx_build.ops.grains import Lasting, Windowed, close, looped, onsets


@OPS.register
class Hold(Lasting, Windowed):
    """One grain of the clip, repeated at `rate_hz` or `every` so often until `length_s` is reached.

    When the clip ends before the grain does, the grain is what there is of it. Under `window:
    fade` the sound that follows the grain fades out over the grain's next beginning; where the
    clip has no more sound the grain itself fades out and in. `every: 1/8` follows the tempo of
    the movement; a clip that ends before its step is followed by silence.
    """

    op: Literal["hold"] = "hold"
    added: ClassVar[tuple[str, ...]] = ("every",)
    example: ClassVar[Mapping[str, object]] = {"rate_hz": 6, "length_s": 20}
    rate_hz: Rate = Field(6.0, description="grains per second; or breakpoints")
    every: Step | None = Field(
        None, description="instead of rate_hz: length of a grain, such as 1/8 or 1 beat"
    )
    start_s: float = Field(
        0.0, ge=0, le=3600, description="where in the clip the grain begins, seconds"
    )

    @model_validator(mode="after")
    def _one_rate(self) -> Self:
        if isinstance(self.every, Time) and "rate_hz" in self.model_fields_set:
            raise ValueError("every and rate_hz are given; give one of them")
        return self

    def in_time(self, start: Start) -> GrainOp:
        """The grains of a movement's tempo, if they are counted in notes."""
        if not isinstance(self.every, Time):
            return self
        return self.with_pace(every=start.pace(self.every, self.length_s))

    def grains(self) -> float:
        """Those of its steps; loops with a rate are copies of one grain."""
        return self._pace.steps(self.length_s) if self._pace else 1.0

    @property
    def _pace(self) -> Pace | None:
        """The grains where they are not all equally long by their rate."""
        if isinstance(self.rate_hz, tuple):
            return pace_of(self.rate_hz)
        return self.every if isinstance(self.every, Pace) else None

    def make(self, clips: Sequence[Clip], rng: Stream) -> Clip:
        """The grain, looped [C, length_s]."""
        clip = clips[0]
        if self._pace:
            return self._stepped(clip, self._pace)
        start, period = self._grain(clip.length, clip.rate)
        fade = self.fade(clip, period)
        fits = self.window == "fade" and start + period + fade <= clip.length
        overlap = fade if fits else 0
        grain = self.shaped(clip.data[:, start : start + period + overlap], fade)
        sound = looped(grain, overlap, clip.samples(self.length_s))
        # The end of the result is rarely the end of a grain.
        return clip.like(close(sound, fade))

    def _stepped(self, clip: Clip, pace: Pace) -> Clip:
        """The grain on every step [C, length_s], each as long as its step."""
        start, length = round(self.start_s * clip.rate), clip.samples(self.length_s)
        sound = np.zeros((clip.channels, length))
        for onset, following in pairwise(onsets(pace, clip.rate, length)):
            period, there = following - onset, clip.length - start
            size = min(period, there)
            fade = self.fade(clip, size)
            overlap = fade if self.window == "fade" and period + fade <= there else 0
            shaped = self.shaped(clip.data[:, start : start + size + overlap], fade)
            part = shaped[:, : length - onset]
            sound[:, onset : onset + part.shape[1]] += part
        return clip.like(close(sound, self.fade(clip, length)))

    def check_sizes(self, sizes: Sequence[int], rate: int) -> None:
        """The grain must be inside the clip."""
        self._grain(sizes[0], rate)

    def _grain(self, size: int, rate: int) -> tuple[int, int]:
        """Where the grain starts and how long it is, samples, in a clip of `size` samples."""
        start = round(self.start_s * rate)
        has_steps = self.every is not None or isinstance(self.rate_hz, tuple)
        longest = size if has_steps else round(rate / extremes(self.rate_hz)[0])
        period = min(longest, size - start)
        if start >= size:
            raise OpError(
                f"hold: the grain would start at {self.start_s} s, after the end of the clip "
                f"({size / rate:.3f} s)"
            )
        if period < 2:
            raise OpError(f"hold: a grain of {period} samples is too short; lower rate_hz")
        return start, period
