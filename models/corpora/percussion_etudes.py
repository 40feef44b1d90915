"""Twelve études for vibraphone, bass drum and a small kit.

The vibraphone and the concert bass drum are played by FluidSynth; the kit (snare, toms,
cymbal, kick) is made of one-shots, laid down by adding them at their times.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random

import numpy as np
import soundfile as sf
from midi import RATE, Line
from numpy.typing import NDArray

VIBRAPHONE, ORCHESTRA_KIT, DRUMS = 11, 48, 9
BASS_DRUM = (35, 36)
SCALE = (57, 60, 62, 64, 67, 69, 72, 74, 76)
KIT = Path("/usr/share/sonic-pi/samples")
SNARE, LOW_TOM, MID_TOM = "drum_snare_soft", "drum_tom_lo_soft", "drum_tom_mid_soft"
HAT, KICK = "drum_cymbal_closed", "drum_bass_soft"


@dataclass
class Percussion:
    """What the percussionist plays: two FluidSynth lines and strokes (start_s, name, gain)."""

    vibraphone: Line = field(default_factory=lambda: Line(VIBRAPHONE))
    bass_drum: Line = field(default_factory=lambda: Line(ORCHESTRA_KIT, DRUMS))
    strokes: list[tuple[float, str, float]] = field(default_factory=list)

    def bar(self, at: float, length: float, degree: int, velocity: int) -> None:
        """One bar of the vibraphone, by degree of the scale."""
        key = SCALE[max(0, min(len(SCALE) - 1, degree))]
        self.vibraphone.note(at, length, key, velocity)

    def drum(self, at: float, velocity: int, key: int = 36) -> None:
        """One stroke on the bass drum."""
        self.bass_drum.note(at, 0.3, key, velocity)

    def hit(self, at: float, name: str, gain: float) -> None:
        """One one-shot of the kit."""
        self.strokes.append((at, name, gain))

    def hits(self) -> list[tuple[int, str, float]]:
        """The one-shots: start in samples, name, gain."""
        return [(round(at * RATE), name, gain) for at, name, gain in self.strokes]

    def play(self) -> NDArray[np.float64]:
        """All of it as mono samples [T] at 44.1 kHz."""
        lines = [line.play() for line in (self.vibraphone, self.bass_drum) if line.notes]
        hits = [(start, gain * one_shot(name)) for start, name, gain in self.hits()]
        ends = [len(line) for line in lines] + [start + len(hit) for start, hit in hits]
        mix = np.zeros(max(ends))
        for line in lines:
            mix[: len(line)] += line
        for start, hit in hits:
            mix[start : start + len(hit)] += hit
        return mix


@cache
def one_shot(name: str) -> NDArray[np.float64]:
    """A sample of the kit, mono [T]."""
    samples, rate = sf.read(KIT / f"{name}.flac", always_2d=True)
    assert rate == RATE
    return np.asarray(samples.mean(axis=1), dtype=np.float64) * 0.35


def _tones(rng: Random, play: Percussion, at: float) -> float:
    """Single bars that ring."""
    length = rng.choice([0.8, 1.2, 2.0])
    play.bar(at, length, rng.randrange(len(SCALE)), rng.randint(60, 115))
    return at + length + rng.choice([0.0, 0.2])


def _melody(rng: Random, play: Percussion, at: float) -> float:
    degree = rng.randrange(len(SCALE))
    for _ in range(rng.choice([4, 6, 8])):
        degree = max(0, min(len(SCALE) - 1, degree + rng.choice([-2, -1, 1, 2])))
        length = rng.choice([0.25, 0.25, 0.5, 0.75])
        play.bar(at, length + 0.3, degree, rng.randint(65, 115))
        at += length
    return at + rng.choice([0.0, 0.0, 0.5])


def _chords(rng: Random, play: Percussion, at: float) -> float:
    """Two mallets in each hand: thirds and fifths that ring."""
    root, length = rng.randrange(len(SCALE) - 4), rng.choice([0.8, 1.2, 1.6])
    for degree in (root, root + 2, root + 4):
        play.bar(at, length, degree, rng.randint(65, 105))
    return at + length + rng.choice([0.0, 0.3])


def _bar_roll(rng: Random, play: Percussion, at: float) -> float:
    """A roll on two bars, growing or fading."""
    degree, strokes = rng.randrange(len(SCALE) - 2), rng.choice([12, 16])
    rising = rng.random() < 0.6
    for index in range(strokes):
        level = index / strokes if rising else 1 - index / strokes
        play.bar(at, 0.12, degree + 2 * (index % 2), int(50 + 60 * level))
        at += 0.1
    return at + 0.5


def _strokes(rng: Random, play: Percussion, at: float) -> float:
    """Single strokes on the bass drum, soft and loud, with room to ring."""
    play.drum(at, rng.choice([50, 70, 90, 115]), rng.choice(BASS_DRUM))
    return at + rng.choice([0.5, 0.75, 1.0, 1.5])


def _drum_roll(rng: Random, play: Percussion, at: float) -> float:
    strokes = rng.choice([12, 16, 24])
    for index in range(strokes):
        play.drum(at, int(40 + 75 * index / strokes))
        at += 0.09
    return at + rng.choice([0.5, 0.9])


def _pulse(rng: Random, play: Percussion, at: float) -> float:
    pattern = rng.choice(["x..x..x.", "x...x...", "x.x.x..x"])
    for _ in range(2):
        for place, mark in enumerate(pattern):
            if mark == "x":
                play.drum(at, 110 if place == 0 else 85)
            at += 0.25
    return at


def _toms(rng: Random, play: Percussion, at: float) -> float:
    for _ in range(rng.choice([3, 4, 6, 8])):
        name = rng.choice([SNARE, LOW_TOM, LOW_TOM, MID_TOM])
        play.hit(at, name, rng.uniform(0.5, 1.0))
        at += rng.choice([0.125, 0.25, 0.25])
    return at + rng.choice([0.0, 0.25])


def _beat(rng: Random, play: Percussion, at: float) -> float:
    """One bar of eight quavers: low drum, snare on the back beat, closed cymbal."""
    low = rng.choice(["x..x..x.", "x...x.x.", "x..xx..."])
    for place, mark in enumerate(low):
        if mark == "x":
            play.drum(at, 112)
            play.hit(at, KICK, 0.8)
        if place in (2, 6):
            play.hit(at, SNARE, rng.uniform(0.5, 0.8))
        play.hit(at, HAT, 0.6 if place % 2 == 0 else 0.35)
        at += 0.25
    return at


def _slow_beat(rng: Random, play: Percussion, at: float) -> float:
    """One bar: bass drum and toms below, one bar of the vibraphone above."""
    degree = rng.randrange(len(SCALE))
    for place, mark in enumerate(rng.choice(["x.ox.o.o", "x..ox.oo", "xo.ox..o"])):
        if mark == "x":
            play.drum(at, 105)
        elif mark == "o":
            play.hit(at, LOW_TOM, 0.7)
        if place % 4 == 0:
            play.bar(at, 1.0, degree + place // 4, 90)
        at += 0.3
    return at


def _duo(rng: Random, play: Percussion, at: float) -> float:
    """The vibraphone answered by the bass drum."""
    after = _melody(rng, play, at)
    play.drum(at, rng.choice([70, 100]))
    play.drum(after, rng.choice([70, 100]))
    return after + rng.choice([0.25, 0.5])


GESTURES: dict[str, Callable[[Random, Percussion, float], float]] = {
    "vibraphone-tones": _tones,
    "vibraphone-phrase-1": _melody,
    "vibraphone-phrase-2": _melody,
    "vibraphone-chords": _chords,
    "vibraphone-rolls": _bar_roll,
    "bass-drum-strokes": _strokes,
    "bass-drum-rolls": _drum_roll,
    "bass-drum-pulse": _pulse,
    "toms": _toms,
    "beat": _beat,
    "slow-beat": _slow_beat,
    "duo": _duo,
}


def etude(name: str, rng: Random, length_s: float) -> Percussion:
    """The étude of this name: one gesture after another until `length_s` is full."""
    play, at = Percussion(), 0.1
    while at < length_s:
        at = GESTURES[name](rng, play, at)
    return play
