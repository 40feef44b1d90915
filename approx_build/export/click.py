"""Clicks for players: the beats of a tempo map, a count-in, and a tone at each cue.

A movement without a written tempo has no beats: its players hear a count-in of four seconds, and
three clicks in the seconds before each of their cues.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from approx_build.audio.clip import Clip
from approx_build.audio.mix import Placed, part_blocks
from approx_build.export.rendered import CuePoint, RenderedMovement
from approx_build.metric.tempo import TempoMap, last
from approx_build.numerics import portable

SHORTEST_COUNT_S = 2
"""A count-in has as many whole bars as last this long."""
WARNINGS_S = (3, 2, 1)
"""Seconds before a cue with a click each, where there is no tempo."""


class Sound(enum.Enum):
    """What a player hears: pitch in Hz, length in seconds, and level."""

    DOWNBEAT = (1760.0, 0.03, 0.5)
    BEAT = (1320.0, 0.03, 0.4)
    CUE = (660.0, 0.15, 0.5)


@dataclass(frozen=True, order=True)
class Click:
    """A sound at a moment, in seconds from the movement's start; a count-in is before 0."""

    at_s: Fraction
    kind: str

    @property
    def sound(self) -> Sound:
        """How it sounds."""
        return Sound[self.kind]


@dataclass(frozen=True)
class ClickTrack:
    """The clicks of a file that begins `lead_s` before `start_s` of the movement."""

    start_s: Fraction
    lead_s: Fraction
    clicks: tuple[Click, ...]

    def blocks(self, length: int, rate: int, speed: Fraction) -> Iterator[NDArray[np.float64]]:
        """The sound of `length` samples from the lead on, slower when `speed` is below 1 [1, T]."""
        begin = self.start_s - self.lead_s
        placed = []
        for number, click in enumerate(self.clicks):
            onset = round((click.at_s - begin) / speed * rate)
            sound = tone(click.sound, rate)
            size = min(sound.length, length - onset)
            if onset >= 0 and size > 0:
                placed.append(Placed(f"{number:06}", sound.cut(0, size), onset))
        return part_blocks(placed, length, rate, channels=1)


def click_track(
    movement: RenderedMovement, cues: Sequence[CuePoint], start_s: Fraction = Fraction(0)
) -> ClickTrack:
    """The clicks from `start_s` to the movement's end, with a count-in and a tone at each cue."""
    tempo, end_s = movement.tempo, Fraction(movement.length, movement.rate)
    if tempo.is_written:
        lead_s, clicks = _count_in(tempo, start_s)
        clicks += beats(tempo, start_s, end_s)
    else:
        lead_s = Fraction(4)
        clicks = [Click(start_s - second, Sound.BEAT.name) for second in range(4, 0, -1)]
        clicks += [
            Click(cue.at_s - second, Sound.BEAT.name) for cue in cues for second in WARNINGS_S
        ]
    clicks += [Click(cue.at_s, Sound.CUE.name) for cue in cues if cue.at_s >= start_s]
    kept = {click for click in clicks if start_s - lead_s <= click.at_s < end_s}
    return ClickTrack(start_s, lead_s, tuple(sorted(kept)))


def beats(tempo: TempoMap, start_s: Fraction, end_s: Fraction) -> list[Click]:
    """Every beat from `start_s` to before `end_s`."""
    first, end = tempo.quarters(start_s), tempo.quarters(end_s)
    found = []
    for number, span in enumerate(tempo.meters):
        following = tempo.meters[number + 1 : number + 2]
        stop = min(end, following[0].start) if following else end
        begin = max(0, ceil((first - span.start) / span.beat))
        for beat in range(begin, ceil((stop - span.start) / span.beat)):
            at_s = tempo.at_quarters(span.start + beat * span.beat)
            kind = Sound.BEAT if beat % span.upper else Sound.DOWNBEAT
            found.append(Click(at_s, kind.name))
    return found


def _count_in(tempo: TempoMap, start_s: Fraction) -> tuple[Fraction, list[Click]]:
    """Its length in seconds and its clicks: whole bars at the tempo and meter of `start_s`."""
    quarters = tempo.quarters(start_s)
    span = last(tempo.meters, quarters, "start")
    beat_s = span.beat * 60 / tempo.bpm(start_s)
    # A start within a beat is reached on the grid of the beats before it.
    passed = (quarters - span.start) / span.beat
    whole = floor(passed)
    phase = passed - whole
    bars = ceil(SHORTEST_COUNT_S / (beat_s * span.upper))
    count = bars * span.upper
    clicks = []
    for back in range(1 if phase == 0 else 0, count + 1):
        beat = whole - back
        kind = Sound.BEAT if beat % span.upper else Sound.DOWNBEAT
        clicks.append(Click(start_s - (phase + back) * beat_s, kind.name))
    return max(start_s - click.at_s for click in clicks), clicks


@cache
def tone(sound: Sound, rate: int) -> Clip:
    """A short sine with a soft beginning and a decay [1, T]."""
    pitch_hz, length_s, level = sound.value
    time = np.arange(round(length_s * rate)) / rate
    wave = portable.sin(time * (portable.TAU * pitch_hz)) * portable.exp(time * (-4 / length_s))
    attack = np.minimum(time * 1000.0, 1.0)
    return Clip((level * wave * attack)[None].astype(np.float32), rate)
