"""Scatter: cut grains at random onsets and overlap-add them into a cloud.

Asynchronous granular synthesis (Roads, Microsound, 2001, ch. 3). Onsets are a Poisson
process, so the number of grains sounding at once averages `density_hz * grain_s`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from approx_build.audio.clip import Clip
from approx_build.errors import OpError
from approx_build.metric.pace import Pace, Start, Step
from approx_build.metric.time import Time
from approx_build.numerics.portable import log1p
from approx_build.numerics.stream import Stream
from approx_build.ops.base import OPS, GrainOp
from approx_build.ops.grains import Lasting, Windowed

Onsets = list[tuple[int, int]]
"""For each grain its onset in the cloud and its start in the clip, samples."""

# Each grain has its own stream, so the size of a batch changes no number.
_BATCH = 256


@OPS.register
class Scatter(Lasting, Windowed):
    """A cloud of `length_s` seconds made of grains of the clip, cut and placed at random.

    Every grain sounds whole, so the cloud thins out over its last `grain_s`. A longer cloud
    of the same event begins as the shorter one does. With `every: 1/16`, there is a grain every
    sixteenth on average, and the density follows the tempo of the movement.
    """

    op: Literal["scatter"] = "scatter"
    is_random: ClassVar[bool] = True
    added: ClassVar[tuple[str, ...]] = ("every",)
    example: ClassVar[Mapping[str, object]] = {"density_hz": 30, "grain_s": 0.1, "length_s": 12}
    grain_s: float = Field(0.08, ge=0.001, le=2, description="duration of one grain, seconds")
    density_hz: float = Field(
        20.0, ge=0.001, le=2000, description="mean number of onsets per second"
    )
    every: Step | None = Field(
        None,
        description="instead of density_hz: mean length from one onset to the next, such as 1/16",
    )
    window: Literal["fade", "hann", "none"] = Field(
        "hann",
        description="how each grain begins and ends: 'hann' swells over the whole grain, "
        "'fade' rises and falls over fade_ms, 'none' cuts hard",
    )

    @model_validator(mode="after")
    def _one_density(self) -> Self:
        if isinstance(self.every, Time) and "density_hz" in self.model_fields_set:
            raise ValueError("every and density_hz are given; give one of them")
        return self

    def in_time(self, start: Start) -> GrainOp:
        """The density of a movement's tempo, if it is given in notes."""
        if not isinstance(self.every, Time):
            return self
        return self.with_pace(every=start.pace(self.every, self.length_s))

    def grains(self) -> float:
        """As many as are expected."""
        if isinstance(self.every, Pace):
            return self.every.steps(self.length_s)
        return self.density_hz * self.length_s

    def make(self, clips: Sequence[Clip], rng: Stream) -> Clip:
        """The cloud [C, length_s]."""
        clip = clips[0]
        size, length = clip.samples(self.grain_s), clip.samples(self.length_s)
        cloud = np.zeros((clip.channels, length))
        fade = self.fade(clip, size)
        pace = self.every if isinstance(self.every, Pace) else None
        for onset, start in self._onsets(rng, clip.rate, length - size, clip.length - size):
            grain = self.shaped(clip.data[:, start : start + size], fade)
            if pace:
                grain = grain / self._level(pace.rate_hz(onset / clip.rate))
            cloud[:, onset : onset + size] += grain
        return clip.like(cloud if pace else cloud / self._level(self.density_hz))

    def _level(self, density_hz: float) -> float:
        """Uncorrelated grains add in power: the root of the mean overlap, by which they divide."""
        return float(np.sqrt(max(1.0, density_hz * self.grain_s)))

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
        passed, first = 0.0, 0
        while True:
            gaps, places = self._drawn(rng, first)
            for gap, place in zip(gaps, places, strict=True):
                passed += float(gap)
                time_s = self.every.seconds(passed) if isinstance(self.every, Pace) else passed
                onset = max(round(time_s * rate), 0)
                if onset > last_onset:
                    return onsets
                # `place` is below 1, but its product may round up to the next whole number.
                onsets.append((onset, min(int(place * (last_start + 1)), last_start)))
            first += _BATCH

    def _drawn(self, rng: Stream, first: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Gaps before the grains from number `first` on, and their places, 0 to 1.

        Gaps are in seconds, or with `every` in steps.
        """
        draws = np.stack(
            [rng.child("grain", i).uniforms(2) for i in range(first, first + _BATCH)], axis=1
        )
        # The gaps of a Poisson process are exponential; a draw may be 0, but never 1.
        gaps = -log1p(-draws[0])
        return gaps if self.every else gaps / self.density_hz, draws[1]
