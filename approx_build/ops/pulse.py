"""Pulse: short grains of a clip at a tempo, silence between them, in a rhythm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count, pairwise
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import Field, field_validator, model_validator

from approx_build.audio.clip import Clip
from approx_build.errors import OpError
from approx_build.metric.pace import QUARTER, Pace, Start, Step
from approx_build.metric.time import Time
from approx_build.numerics.portable import gain
from approx_build.numerics.stream import Stream
from approx_build.ops.base import OPS, GrainOp
from approx_build.ops.curves import LongGrainLength, Rate, at, extremes, pace_of
from approx_build.ops.grains import Lasting, Windowed
from approx_build.ops.rhythm import BeatLike, Pattern, PatternLike, of_beats, of_steps, steps_of

DEFAULT_BPM = 120.0


@OPS.register
class Pulse(Lasting, Windowed):
    """A grain of the clip on every pulse of a pattern, for `length_s` seconds.

    A step of the pattern lasts `step`, such as 1/16, or there are `rate_hz` steps per second, or
    `steps_per_beat` at `bpm`. With none of `step`, `rate_hz` and `bpm`, the pulses follow the
    tempo of the movement (120 if it has none), through all its changes. A beat of `bpm`,
    `steps_per_beat`, `every_beats` and a list of beats is a quarter note. Pulse n begins on the
    sample nearest to its time; a grain still sounding then ends there.
    """

    op: Literal["pulse"] = "pulse"
    added: ClassVar[tuple[str, ...]] = ("step",)
    example: ClassVar[Mapping[str, object]] = {
        "pattern": "x..x..X.",
        "bpm": 96,
        "steps_per_beat": 4,
        "length_s": 30,
    }
    grain_s: LongGrainLength = Field(
        0.06, description="duration of one grain, seconds; or breakpoints"
    )
    start_s: float = Field(
        0.0, ge=0, le=3600, description="where in the clip the grain begins, seconds"
    )
    bpm: float | None = Field(None, ge=1, le=1000, description="beats per minute")
    steps_per_beat: float = Field(
        1.0,
        ge=0.015625,
        le=64,
        description="steps of the pattern to a beat; 4 for sixteenths in 4/4",
    )
    rate_hz: Rate | None = Field(
        None,
        description="instead of bpm: steps of the pattern per second, at most 1000; or breakpoints",
    )
    step: Step | None = Field(
        None,
        description="instead of bpm: length of a step of the pattern, such as 1/16 or 1 beat; of a "
        "beat, if the pattern is a list of beats",
    )
    pattern: PatternLike = Field(
        "x",
        description="steps, as 'x..x..X.' (X accented, . rest) or 'E(3,8)'; or a list of beats "
        "from 0, each a number or {beat, accent_db}",
    )
    every_beats: float | None = Field(
        None,
        ge=0.015625,
        le=1024,
        description="after how many beats a list of beats comes again; by default the first "
        "whole beat past its last",
    )
    accent_db: float = Field(
        6.0, ge=0, le=24, description="how much louder an accented step (X) is, decibels"
    )
    swing: float = Field(
        0.0, ge=0, lt=1, description="how late every second step comes, steps; 0.33 for triplets"
    )
    fade_ms: float = Field(
        2.0, ge=0.001, le=1000, description="length of the fades of a grain, milliseconds"
    )

    @field_validator("pattern")
    @classmethod
    def _is_rhythm(cls, pattern: str | tuple[BeatLike, ...]) -> str | tuple[BeatLike, ...]:
        if isinstance(pattern, str):
            # Here and not below, so that an error has the pattern's place in the score.
            steps_of(pattern)
        return pattern

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.rate_hz is not None and (highest := extremes(self.rate_hz)[1]) > 1000:
            raise ValueError(f"rate_hz must be at most 1000 (is {highest:g})")
        if self.bpm is not None and self.rate_hz is not None:
            raise ValueError("bpm and rate_hz are given; give one of them")
        if isinstance(self.step, Time):
            for name, one in (("bpm", self.bpm), ("rate_hz", self.rate_hz)):
                if one is not None:
                    raise ValueError(f"step and {name} are given; give one of them")
            if self.steps_per_beat != 1:
                raise ValueError("step and steps_per_beat are given; give one of them")
        if self.swing and not isinstance(self.pattern, str):
            raise ValueError("swing is for patterns of steps; move the beats of the list instead")
        if self.every_beats is not None and isinstance(self.pattern, str):
            raise ValueError("every_beats is for lists of beats; add rests to the steps instead")
        # Only for its errors: what is no rhythm must fail before there is sound.
        _ = self._rhythm
        return self

    @property
    def _rhythm(self) -> Pattern:
        if isinstance(self.pattern, str):
            return of_steps(self.pattern, self.accent_db)
        return of_beats(self.pattern, self.steps_per_beat, self.every_beats)

    def grains(self) -> float:
        """Those of its pattern, as often as it comes."""
        rhythm = self._rhythm
        if isinstance(self.step, Pace):
            steps = self.step.steps(self.length_s) * self.steps_per_beat
        elif self.step is not None:
            return 1.0  # nobody knows before the tempo is known
        elif isinstance(self.rate_hz, tuple):
            steps = pace_of(self.rate_hz).steps(self.length_s)
        else:
            steps = self.length_s * (self.rate_hz or 1 / self._step_of_beat_s())
        return len(rhythm.pulses) * max(steps / rhythm.period, 1.0)

    def in_time(self, start: Start) -> GrainOp:
        """The pulses of a movement's tempo, unless they have their own."""
        if isinstance(self.step, Time):
            return self.with_pace(step=start.pace(self.step, self.length_s))
        if self.bpm is not None or self.rate_hz is not None or not start.tempo.is_written:
            return self
        pace = start.pace(QUARTER, self.length_s)
        if pace.is_steady:
            return self.model_copy(update={"bpm": float(start.tempo.bpm(start.at))})
        return self.with_pace(step=pace)

    def make(self, clips: Sequence[Clip], rng: Stream) -> Clip:
        """The grains on their pulses [C, length_s]."""
        clip = clips[0]
        start, longest = self._grain(clip.length, clip.rate)
        grain = clip.cut(start, start + longest)
        length = clip.samples(self.length_s)
        sound = np.zeros((clip.channels, length))
        # The end of the sound cuts the last grain as a following pulse would.
        pulses = [*self._pulses(clip.rate, length), (length, 0.0)]
        for (onset, accent_db), (following, _) in pairwise(pulses):
            size = round(at(self.grain_s, onset / clip.rate) * clip.rate)
            sounding = min(size, following - onset)
            shaped = self.shaped(grain.data[:, :sounding], self.fade(clip, sounding))
            sound[:, onset : onset + sounding] = shaped * gain(accent_db)
        return clip.like(sound)

    def check_sizes(self, sizes: Sequence[int], rate: int) -> None:
        """The grain must be inside the clip."""
        self._grain(sizes[0], rate)

    def _grain(self, length: int, rate: int) -> tuple[int, int]:
        """Where grains start and how long the longest is, samples, in a clip of that `length`."""
        shortest_s, longest_s = extremes(self.grain_s)
        start, shortest, longest = (round(s * rate) for s in (self.start_s, shortest_s, longest_s))
        if start + longest > length:
            raise OpError(
                f"pulse: a grain of {longest_s} s from {self.start_s} s on ends after the "
                f"clip ({length / rate:.3f} s)"
            )
        if shortest < 2:
            raise OpError(f"pulse: a grain of {shortest} samples is too short; raise grain_s")
        return start, longest

    def _pulses(self, rate: int, length: int) -> Iterator[tuple[int, float]]:
        """Onsets below `length` in samples, in order, and their accents in decibels."""
        rhythm = self._rhythm
        for cycle in count():
            for pulse in rhythm.pulses:
                step = cycle * rhythm.period + pulse.step
                late = self.swing if step % 2 == 1 else 0.0
                # Counted from the beginning, so that rounding errors do not add up.
                onset = round(self._seconds(step + late) * rate)
                if onset >= length:
                    return
                yield onset, pulse.accent_db

    def _seconds(self, steps: float) -> float:
        if isinstance(self.step, Pace):
            # Half a sample before the event's first one is that one.
            return max(self.step.seconds(steps / self.steps_per_beat), 0.0)
        if isinstance(self.rate_hz, tuple):
            return pace_of(self.rate_hz).seconds(steps)
        return steps * (1 / self.rate_hz if self.rate_hz else self._step_of_beat_s())

    def _step_of_beat_s(self) -> float:
        return 60 / ((self.bpm or DEFAULT_BPM) * self.steps_per_beat)
