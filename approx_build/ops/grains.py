"""What the operations on grains share: how a grain begins and ends.

By default every grain fades in and out along a raised cosine, so that no join clicks. The
parameters are the same everywhere, so that a composer learns them once.
"""

from __future__ import annotations

from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from approx_build.audio.clip import Clip
from approx_build.metric.pace import Pace
from approx_build.numerics.window import fade_in, faded, hann
from approx_build.ops.base import LONGEST_S, SHORTEST_S, GrainOp

Sound = NDArray[np.float64]
"""Samples [C, T] while an operation works on them."""


MOST_GRAINS = 1_000_000
"""No event is made of more."""


class Windowed(GrainOp):
    """An operation whose grains have windows: `fade` by default, `hann`, or `none`."""

    window: Literal["fade", "hann", "none"] = Field(
        "fade",
        description="how each grain begins and ends: 'fade' rises and falls over fade_ms, "
        "'hann' swells over the whole grain, 'none' cuts hard",
    )
    fade_ms: float = Field(
        5.0, ge=0.001, le=1000, description="length of a fade and of an overlap, milliseconds"
    )

    def fade(self, clip: Clip, size: int) -> int:
        """Samples over which a sound of `size` samples fades at either end; 0 without a window."""
        if self.window == "none":
            return 0
        # Fades at both ends must not overlap.
        return min(max(clip.samples(self.fade_ms / 1000), 1), size // 2)

    def shaped(self, grain: NDArray[np.floating], fade: int) -> Sound:
        """The grain [C, T] under the window, with fades of `fade` samples."""
        sound = np.asarray(grain, dtype=np.float64)
        match self.window:
            case "none":
                return sound
            case "hann":
                return sound * hann(sound.shape[1])
            case "fade":
                return sound * faded(sound.shape[1], fade)


class Lasting(GrainOp):
    """An operation with a result of a given length."""

    length_s: float = Field(
        ge=SHORTEST_S, le=LONGEST_S, description="length of the result, seconds"
    )

    def grains(self) -> float:
        """About how many grains the result is made of, where that may be many."""
        return 1.0

    def with_pace(self, **fields: Pace) -> Self:
        """A copy with these steps in seconds; ValueError when they make too many grains."""
        copy = self.model_copy(update=fields)
        copy._check_count()
        return copy

    @model_validator(mode="after")
    def _are_not_too_many(self) -> Self:
        self._check_count()
        return self

    def _check_count(self) -> None:
        if (count := self.grains()) > MOST_GRAINS:
            raise ValueError(
                f"makes about {count:.2g} grains; at most {MOST_GRAINS:,} are possible: "
                "make fewer a second, or a shorter sound"
            )

    def length(self, source_s: object) -> float:
        """Seconds of the result: `length_s`."""
        return self.length_s


def onsets(pace: Pace, rate: int, length: int) -> list[int]:
    """Where the steps of a pace begin, samples: all below `length`, and the one after these.

    Two steps never begin on one sample.
    """
    found = [0]
    while found[-1] < length:
        found.append(max(round(pace.seconds(len(found)) * rate), found[-1] + 1))
    return found


def looped(grain: Sound, overlap: int, length: int) -> Sound:
    """`length` samples [C, length] of a grain repeated, its ends overlapping by `overlap`.

    The ends are added as they are: fade them first.
    """
    period = grain.shape[1] - overlap
    cycle = grain[:, :period].copy()
    cycle[:, :overlap] += grain[:, period:]
    count = -(-length // period)
    sound = np.tile(cycle, count)[:, :length]
    head = min(overlap, length)
    # Nothing precedes the first grain, so nothing overlaps its beginning.
    sound[:, :head] = grain[:, :head]
    return sound


def close(sound: Sound, fade: int) -> Sound:
    """`sound`, with its last `fade` samples faded out, in place."""
    fade = min(fade, sound.shape[1])
    sound[:, sound.shape[1] - fade :] *= fade_in(fade)[::-1]
    return sound
