"""Salad: grains of many clips distributed over two sides, one after another without a break.

The composer's own: each step picks one clip for both sides; each side cuts its own grain from it,
with its own length and start, repitched. Sometimes a side is silent, and sometimes a grain keeps
only its harmonic part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from approx_build.audio.clip import Clip
from approx_build.audio.glide import speed
from approx_build.audio.resample import varispeed
from approx_build.audio.separation import Separation
from approx_build.errors import OpError
from approx_build.numerics.stream import Stream
from approx_build.ops.base import LONGEST_S, OPS
from approx_build.ops.curves import SaladGrainLength, at
from approx_build.ops.grains import Lasting, Sound, Windowed, close

SIDES = ("left", "right")
SHORTEST_S = 0.02
"""A clip must be this long to be cut into grains."""


@dataclass(frozen=True, slots=True)
class SaladGrain:
    """One grain of one side, as drawn: lengths and starts in samples of its clip."""

    clip: int
    start: int
    size: int
    semitones: float
    is_silent: bool
    is_harmonic: bool


@OPS.register
class Salad(Lasting, Windowed):
    """Stereo: `length_s` seconds of grains from all the clips, left and right on their own.

    Each step picks one clip for both sides. A side's grain lasts from `min_grain_s` (half the
    clip when that is shorter) to 1.5 times `max_grain_s` (the whole clip when that is
    shorter), each length as likely, before it is repitched by up to `repitch_semitones` either
    way. The left side takes a clip's first channel, the right its last. A longer salad of
    the same event begins as the shorter one does.
    """

    op: Literal["salad"] = "salad"
    version: ClassVar[int] = 2
    many: ClassVar[bool] = True
    is_random: ClassVar[bool] = True
    example: ClassVar[Mapping[str, object]] = {"max_grain_s": 1.0, "length_s": 90}

    length_s: float = Field(
        10.0, ge=0.001, le=LONGEST_S, description="length of the result, seconds"
    )
    max_grain_s: SaladGrainLength = Field(
        1.0, description="grains last up to 1.5 times this, seconds; or breakpoints"
    )
    min_grain_s: SaladGrainLength = Field(
        0.5,
        description="grains last at least this, seconds, where the clip and max_grain_s allow; or "
        "breakpoints",
    )
    repitch_semitones: float = Field(
        12.0,
        ge=0,
        le=48,
        description="each grain is repitched by up to this either way, semitones; 0 for none",
    )
    left_silent: float = Field(
        0.05, ge=0, le=1, description="probability that a step is silent on the left"
    )
    right_silent: float = Field(
        0.05, ge=0, le=1, description="probability that a step is silent on the right"
    )
    harmonic: float = Field(
        0.15, ge=0, le=1, description="probability that a grain keeps only its harmonic part"
    )
    margin: float = Field(
        1.0, ge=1, le=100, description="margin of the harmonic part, as of `harmonic`"
    )

    @model_validator(mode="after")
    def _probabilities_fit(self) -> Self:
        if self.left_silent + self.right_silent > 1:
            raise ValueError("left_silent and right_silent sum to more than 1")
        return self

    def make(self, clips: Sequence[Clip], rng: Stream) -> Clip:
        """Both sides [2, length_s]."""
        self._check_clips(clips)
        length = clips[0].samples(self.length_s)
        sides = [self._side(clips, rng, side, length) for side in range(len(SIDES))]
        return Clip(np.concatenate(sides).astype(np.float32), clips[0].rate)

    def grain(
        self, clips: Sequence[Clip], rng: Stream, step: int, side: int, at_s: float = 0.0
    ) -> SaladGrain:
        """The grain of one step and side, which begins at `at_s`, independent of all others."""
        shared = rng.child("step", step)
        index = shared.child("clip").index(len(clips))
        # One choice for both sides, so that never both are silent.
        silence = shared.child("silence").choice(
            [self.left_silent, self.right_silent, 1 - self.left_silent - self.right_silent]
        )
        # Always four numbers, used or not: a changed probability must not shift the others.
        length, place, pitch, part = shared.child(SIDES[side]).uniforms(4)
        clip = clips[index]
        size = self._size(clip, float(length), at_s)
        return SaladGrain(
            clip=index,
            # `place` is below 1, but its product may round up to the next whole number.
            start=min(int(place * (clip.length - size + 1)), clip.length - size),
            size=size,
            semitones=float(2 * pitch - 1) * self.repitch_semitones,
            is_silent=silence == side,
            is_harmonic=bool(part < self.harmonic),
        )

    def _size(self, clip: Clip, draw: float, at_s: float) -> int:
        """The length of a grain that begins at `at_s`, samples, for a `draw` from 0 to 1."""
        most_s, least_s = at(self.max_grain_s, at_s), at(self.min_grain_s, at_s)
        longest_s = min(1.5 * most_s, clip.length_s)
        shortest_s = least_s if clip.length_s >= least_s else clip.length_s / 2
        shortest_s = min(shortest_s, longest_s)
        return min(clip.samples(shortest_s + draw * (longest_s - shortest_s)), clip.length)

    def _side(self, clips: Sequence[Clip], rng: Stream, side: int, length: int) -> Sound:
        """One side [1, length]: its grains, each beginning where the one before fades out."""
        result = np.zeros((1, length))
        onset = step = 0
        while onset < length:
            grain = self.grain(clips, rng, step, side, onset / clips[0].rate)
            sound = self._sound(clips, grain, side)
            size = sound.shape[1]
            fade = self.fade(clips[0], size)
            shaped = self.shaped(sound, fade)[:, : length - onset]
            result[:, onset : onset + shaped.shape[1]] += shaped
            onset += size - (fade if self.window == "fade" else 0)
            step += 1
        return close(result, self.fade(clips[0], length))

    def _sound(self, clips: Sequence[Clip], grain: SaladGrain, side: int) -> Sound:
        """The samples of a grain [1, T], before its window."""
        clip = clips[grain.clip]
        channel = clip.data[0 if side == 0 else -1, grain.start : grain.start + grain.size]
        # Separation takes most of the time, and a silent grain needs only its length.
        if grain.is_harmonic and not grain.is_silent:
            channel = Separation(self.margin).apply(channel, "harmonic")
        cut = Clip(channel[np.newaxis], clip.rate)
        sound: Sound = varispeed(cut, speed(grain.semitones)).data.astype(np.float64)
        return np.zeros_like(sound) if grain.is_silent else sound

    def check_sizes(self, sizes: Sequence[int], rate: int) -> None:
        """Each clip must be long enough to be cut into grains."""
        for number, size in enumerate(sizes, start=1):
            if size / rate < SHORTEST_S:
                raise OpError(
                    f"salad: clip {number} lasts {size / rate:.4f} s; grains need {SHORTEST_S} s"
                )

    def _check_clips(self, clips: Sequence[Clip]) -> None:
        for number, clip in enumerate(clips, start=1):
            if clip.channels > 2:
                raise OpError(
                    f"salad: clip {number} has {clip.channels} channels; mono or stereo needed"
                )
