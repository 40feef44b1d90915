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
from approx_build.ops.curves import GrainLength, Rate, at, extremes, pace_of
from approx_build.ops.grains import Lasting, Windowed

Onsets = list[tuple[int, float]]
"""For each grain its onset in the cloud, samples, and its place in the clip, 0 to 1."""

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
    grain_s: GrainLength = Field(0.08, description="duration of one grain, seconds; or breakpoints")
    density_hz: Rate = Field(20.0, description="mean number of onsets per second; or breakpoints")
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
        return self._pace.steps(self.length_s)

    @property
    def _pace(self) -> Pace:
        """Expected onsets over time."""
        if isinstance(self.every, Pace):
            return self.every
        rate = self.density_hz
        return pace_of(rate) if isinstance(rate, tuple) else Pace.steady(rate)

    def make(self, clips: Sequence[Clip], rng: Stream) -> Clip:
        """The cloud [C, length_s]."""
        clip = clips[0]
        length = clip.samples(self.length_s)
        cloud = np.zeros((clip.channels, length))
        is_still = not isinstance(self.grain_s, tuple) and self._steady_hz is not None
        for onset, place in self._onsets(rng, clip.rate, length):
            size = clip.samples(at(self.grain_s, onset / clip.rate))
            if onset + size > length:
                continue
            last_start = clip.length - size
            # `place` is below 1, but its product may round up to the next whole number.
            start = min(int(place * (last_start + 1)), last_start)
            grain = self.shaped(clip.data[:, start : start + size], self.fade(clip, size))
            if not is_still:
                grain = grain / self._level(self._pace.rate_hz(onset / clip.rate), size / clip.rate)
            cloud[:, onset : onset + size] += grain
        if is_still:
            cloud = cloud / self._level(self._steady_hz or 0.0, extremes(self.grain_s)[0])
        return clip.like(cloud)

    @property
    def _steady_hz(self) -> float | None:
        """The density where it is a number."""
        has_number = self.every is None and not isinstance(self.density_hz, tuple)
        return extremes(self.density_hz)[0] if has_number else None

    def _level(self, density_hz: float, grain_s: float) -> float:
        """Uncorrelated grains add in power: the root of the mean overlap, by which they divide."""
        return float(np.sqrt(max(1.0, density_hz * grain_s)))

    def check_sizes(self, sizes: Sequence[int], rate: int) -> None:
        """A grain must fit into the clip and into the cloud."""
        shortest_s, longest_s = extremes(self.grain_s)
        shortest, size = round(shortest_s * rate), round(longest_s * rate)
        if size > sizes[0]:
            raise OpError(
                f"scatter: a grain of {longest_s} s is longer than the clip "
                f"({sizes[0] / rate:.3f} s)"
            )
        if shortest > round(self.length_s * rate):
            raise OpError(
                f"scatter: a grain of {shortest_s} s is longer than the cloud ({self.length_s} s)"
            )
        if shortest < 2:
            raise OpError(f"scatter: a grain of {shortest} samples is too short; raise grain_s")

    def _onsets(self, rng: Stream, rate: int, length: int) -> Onsets:
        """Grains whose onset is before `length`, in order."""
        onsets: Onsets = []
        passed, first, steady = 0.0, 0, self._steady_hz
        while True:
            gaps, places = self._drawn(rng, first)
            for gap, place in zip(gaps, places, strict=True):
                # With a density that is a number, seconds are added, as ever: the same bits.
                passed += float(gap) / steady if steady else float(gap)
                time_s = passed if steady else self._pace.seconds(passed)
                onset = max(round(time_s * rate), 0)
                if onset >= length:
                    return onsets
                onsets.append((onset, float(place)))
            first += _BATCH

    def _drawn(self, rng: Stream, first: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Gaps before the grains from number `first` on, in expected onsets; places, 0 to 1."""
        draws = np.stack(
            [rng.child("grain", i).uniforms(2) for i in range(first, first + _BATCH)], axis=1
        )
        # The gaps of a Poisson process are exponential; a draw may be 0, but never 1.
        return -log1p(-draws[0]), draws[1]
