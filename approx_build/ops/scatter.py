"""Scatter: cut grains at random onsets and overlap-add them into a cloud.

Asynchronous granular synthesis (Roads, Microsound, 2001, ch. 3). Onsets are a Poisson
process, so the number of grains sounding at once averages `density_hz * grain_s`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from approx_build.audio.clip import Clip
from approx_build.errors import OpError
from approx_build.numerics.portable import log1p
from approx_build.numerics.stream import Stream
from approx_build.ops.base import OPS
from approx_build.ops.grains import Lasting, Windowed

Onsets = list[tuple[int, int]]
"""For each grain its onset in the cloud and its start in the clip, samples."""

# Each grain has its own stream, so the size of a batch changes no number.
_BATCH = 256


@OPS.register
class Scatter(Lasting, Windowed):
    """A cloud of `length_s` seconds made of grains of the clip, cut and placed at random.

    Every grain sounds whole, so the cloud thins out over its last `grain_s`. A longer cloud
    of the same event begins as the shorter one does.
    """

    op: Literal["scatter"] = "scatter"
    is_random: ClassVar[bool] = True
    example: ClassVar[Mapping[str, object]] = {"density_hz": 30, "grain_s": 0.1, "length_s": 12}
    grain_s: float = Field(0.08, ge=0.001, le=2, description="duration of one grain, seconds")
    density_hz: float = Field(
        20.0, ge=0.001, le=2000, description="mean number of onsets per second"
    )
    window: Literal["fade", "hann", "none"] = Field(
        "hann",
        description="how each grain begins and ends: 'hann' swells over the whole grain, "
        "'fade' rises and falls over fade_ms, 'none' cuts hard",
    )

    def grains(self) -> float:
        """As many as are expected."""
        return self.density_hz * self.length_s

    def make(self, clips: Sequence[Clip], rng: Stream) -> Clip:
        """The cloud [C, length_s]."""
        clip = clips[0]
        size, length = clip.samples(self.grain_s), clip.samples(self.length_s)
        cloud = np.zeros((clip.channels, length))
        fade = self.fade(clip, size)
        for onset, start in self._onsets(rng, clip.rate, length - size, clip.length - size):
            cloud[:, onset : onset + size] += self.shaped(clip.data[:, start : start + size], fade)
        # Uncorrelated grains add in power: divide by the root of the mean overlap.
        return clip.like(cloud / np.sqrt(max(1.0, self.density_hz * self.grain_s)))

    def check_sizes(self, sizes: Sequence[int], rate: int) -> None:
        """A grain must fit into the clip and into the cloud."""
        size, length = round(self.grain_s * rate), round(self.length_s * rate)
        if size > sizes[0]:
            raise OpError(
                f"scatter: a grain of {self.grain_s} s is longer than the clip "
                f"({sizes[0] / rate:.3f} s)"
            )
        if size > length:
            raise OpError(
                f"scatter: a grain of {self.grain_s} s is longer than the cloud ({self.length_s} s)"
            )
        if size < 2:
            raise OpError(f"scatter: a grain of {size} samples is too short; raise grain_s")

    def _onsets(self, rng: Stream, rate: int, last_onset: int, last_start: int) -> Onsets:
        """Grains whose onset is at most `last_onset`, in order."""
        onsets: Onsets = []
        time_s, first = 0.0, 0
        while True:
            gaps_s, places = self._drawn(rng, first)
            for gap_s, place in zip(gaps_s, places, strict=True):
                time_s += float(gap_s)
                onset = round(time_s * rate)
                if onset > last_onset:
                    return onsets
                # `place` is below 1, but its product may round up to the next whole number.
                onsets.append((onset, min(int(place * (last_start + 1)), last_start)))
            first += _BATCH

    def _drawn(self, rng: Stream, first: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Gaps before the grains from number `first` on, seconds, and their places, 0 to 1."""
        draws = np.stack(
            [rng.child("grain", i).uniforms(2) for i in range(first, first + _BATCH)], axis=1
        )
        # The gaps of a Poisson process are exponential; a draw may be 0, but never 1.
        return -log1p(-draws[0]) / self.density_hz, draws[1]
