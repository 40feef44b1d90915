"""Hold: one grain repeated without a break, which freezes a moment of sound.

The grain lasts exactly `round(rate / rate_hz)` samples, so the repetition is exactly periodic: slow
rates loop a gesture, rates above some 20 Hz make a tone of that pitch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from pydantic import Field

from approx_build.audio.clip import Clip
from approx_build.errors import OpError
from approx_build.numerics.stream import Stream
from approx_build.ops.base import OPS
from approx_build.ops.grains import Lasting, Windowed, close, looped


@OPS.register
class Hold(Lasting, Windowed):
    """One grain of the clip, repeated at `rate_hz` until `length_s` is reached.

    When the clip ends before the grain does, the grain is what there is of it. Under `window:
    fade` the sound that follows the grain fades out over the grain's next beginning; where the
    clip has no more sound the grain itself fades out and in.
    """

    op: Literal["hold"] = "hold"
    example: ClassVar[Mapping[str, object]] = {"rate_hz": 6, "length_s": 20}
    rate_hz: float = Field(6.0, ge=0.001, le=2000, description="grains per second")
    start_s: float = Field(
        0.0, ge=0, le=3600, description="where in the clip the grain begins, seconds"
    )

    def make(self, clips: Sequence[Clip], rng: Stream) -> Clip:
        """The grain, looped [C, length_s]."""
        clip = clips[0]
        start, period = self._grain(clip.length, clip.rate)
        fade = self.fade(clip, period)
        fits = self.window == "fade" and start + period + fade <= clip.length
        overlap = fade if fits else 0
        grain = self.shaped(clip.data[:, start : start + period + overlap], fade)
        sound = looped(grain, overlap, clip.samples(self.length_s))
        # The end of the result is rarely the end of a grain.
        return clip.like(close(sound, fade))

    def check_sizes(self, sizes: Sequence[int], rate: int) -> None:
        """The grain must be inside the clip."""
        self._grain(sizes[0], rate)

    def _grain(self, size: int, rate: int) -> tuple[int, int]:
        """Where the grain starts and how long it is, samples, in a clip of `size` samples."""
        start = round(self.start_s * rate)
        period = min(round(rate / self.rate_hz), size - start)
        if start >= size:
            raise OpError(
                f"hold: the grain would start at {self.start_s} s, after the end of the clip "
                f"({size / rate:.3f} s)"
            )
        if period < 2:
            raise OpError(f"hold: a grain of {period} samples is too short; lower rate_hz")
        return start, period
