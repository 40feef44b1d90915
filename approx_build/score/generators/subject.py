"""Subjects: letters as notes, and what counterpoint does with them: turns and transpositions.

The sources name Padberg's canon and free fugue but not her rules for inversion and retrograde;
those here are ours. A turn works on steps and intervals, a transposition on frequencies or steps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate
from math import log2
from typing import Final, Literal

import numpy as np

from approx_build.audio.glide import speed
from approx_build.numerics import portable
from approx_build.score.generators.letters import OCTAVE, Letter, frequency

Turn = Literal[
    "inversion", "retrograde", "retrograde-inversion", "retrograde-pitch", "retrograde-rhythm"
]
Durations = Literal["plain", "folded", "log"]
_ROUNDED: Final = 10**9


@dataclass(frozen=True)
class Tone:
    """A letter as a note: its step, and its duration as a number of units."""

    letter: str
    step: int
    units: Fraction


@dataclass(frozen=True)
class Shift:
    """A transposition: by steps of the octave, by a ratio of frequencies, and by semitones."""

    steps: int = 0
    ratio: Fraction = Fraction(1)
    semitones: float = 0.0

    def hz(self, tone: Tone) -> float:
        """The frequency of a note, Hz."""
        return _hz(self, tone.step)

    def semitones_from(self, hz: float, tone: Tone) -> float:
        """How many semitones a note is above `hz`, to a billionth."""
        return _semitones(self, tone.step, hz)


LOG_2: Final = float(portable.log(np.array([2.0]))[0])


def _exact(shift: Shift, step: int) -> Fraction:
    return frequency(step + shift.steps) * shift.ratio


# A long text has few pitches; each is asked for at every note.
@lru_cache(maxsize=4096)
def _hz(shift: Shift, step: int) -> float:
    return float(_exact(shift, step)) * speed(shift.semitones)


@lru_cache(maxsize=4096)
def _semitones(shift: Shift, step: int, hz: float) -> float:
    ratio = np.array([float(_exact(shift, step) / Fraction(str(hz)))])
    return round(12 * float(portable.log(ratio)[0]) / LOG_2 + shift.semitones, 9)


def duration(interval: int, how: Durations) -> Fraction:
    """How many units a note of an interval lasts."""
    if how == "folded":
        return Fraction(interval % 32, 8) + 1
    if how == "log":
        octaves = float(portable.log(np.array([float(interval)]))[0]) / LOG_2
        return 1 + Fraction(round(octaves * _ROUNDED), _ROUNDED)
    return Fraction(interval)


def subject(letters: Sequence[Letter], how: Durations, longest: float | None) -> list[Tone]:
    """Letters as notes, none longer than `longest` units."""
    most = None if longest is None else Fraction(str(longest))
    units = (duration(one.interval, how) for one in letters)
    limited = (one if most is None else min(one, most) for one in units)
    return [
        Tone(one.letter, one.step, length) for one, length in zip(letters, limited, strict=True)
    ]


def turned(tones: Sequence[Tone], turn: Turn | None, axis: int = 0) -> list[Tone]:
    """The notes inverted around a step, backwards, or both."""
    return _TURNS[turn](tones, axis) if turn else list(tones)


def _inversion(tones: Sequence[Tone], axis: int) -> list[Tone]:
    return [replace(tone, step=(axis - tone.step) % OCTAVE) for tone in tones]


def _retrograde(tones: Sequence[Tone], axis: int) -> list[Tone]:
    return list(reversed(tones))


def _both(tones: Sequence[Tone], axis: int) -> list[Tone]:
    return _retrograde(_inversion(tones, axis), axis)


def _of_pitch(tones: Sequence[Tone], axis: int) -> list[Tone]:
    pairs = zip(reversed(tones), tones, strict=True)
    return [replace(pitch, units=rhythm.units) for pitch, rhythm in pairs]


def _of_rhythm(tones: Sequence[Tone], axis: int) -> list[Tone]:
    pairs = zip(tones, reversed(tones), strict=True)
    return [replace(pitch, units=rhythm.units) for pitch, rhythm in pairs]


_TURNS: Final[dict[Turn, Callable[[Sequence[Tone], int], list[Tone]]]] = {
    "inversion": _inversion,
    "retrograde": _retrograde,
    "retrograde-inversion": _both,
    "retrograde-pitch": _of_pitch,
    "retrograde-rhythm": _of_rhythm,
}


def augmented(tones: Sequence[Tone], factor: Fraction) -> list[Tone]:
    """The notes so many times as long."""
    return [replace(tone, units=tone.units * factor) for tone in tones]


def total(tones: Sequence[Tone]) -> Fraction:
    """Units of all notes one after the other."""
    return sum((tone.units for tone in tones), Fraction(0))


def onsets(tones: Sequence[Tone]) -> list[Fraction]:
    """Where each note begins, units from the first."""
    return list(accumulate((tone.units for tone in tones[:-1]), initial=Fraction(0)))


@dataclass(frozen=True)
class Line:
    """A passage of one voice: its notes from `entry` units or seconds on, transposed.

    `voice` counts from 0; `passage` tells apart what a voice plays more than once; notes that begin
    at `stop` units from the generator's start or later are left out, and none sounds longer.
    """

    voice: int
    tones: tuple[Tone, ...]
    shift: Shift
    entry: Fraction = Fraction(0)
    entry_s: Fraction = Fraction(0)
    passage: str = ""
    stop: Fraction | None = None


def cents(first: float, second: float) -> float:
    """The distance of two frequencies, cents."""
    return abs(1200 * log2(first / second))
