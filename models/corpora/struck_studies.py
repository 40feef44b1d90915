"""Studies for vibraphone, bass drum and a small kit: single strokes, music, one texture.

In studies whose names begin with `stroke` every stroke has died away, or has been damped, when the
next one comes. Each study plays one gesture after another; the vibraphone's key moves by fifths.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from keys import walk
from percussion_player import (
    BASS_DRUM,
    CYMBAL,
    HAT,
    HIGH_TOM,
    KICK,
    LOW_TOM,
    MID_TOM,
    SNARE,
    Percussion,
)

BEGINS_S, ENDS_S = 0.4, 2.0
"""Room before the first gesture, and time at the end in which none begins."""

Gesture = Callable[[Percussion, float], float]
"""Writes one gesture from a time on and returns the time after it."""


def _tones(play: Percussion, at: float) -> float:
    """Single bars that ring."""
    rng = play.rng
    length = rng.choice([0.9, 1.4, 2.2, 3.0])
    play.bar(at, length + 0.4, play.harmony.rare(), rng.randint(65, 118))
    return at + length


def _melody(play: Percussion, at: float) -> float:
    """A phrase with the pedal half down."""
    rng = play.rng
    pace, count = rng.choice([0.2, 0.26, 0.34]), rng.choice([5, 7, 9])
    for key in walk(rng, play.harmony.scale(), count, play.harmony.rare()):
        length = pace * rng.choice([1, 1, 1, 2, 3])
        play.bar(at, length + 0.5, key, rng.randint(68, 116))
        at += length
    return at + rng.choice([0.1, 0.3, 0.6])


def _chords(play: Percussion, at: float) -> float:
    """Four mallets: chords that ring, sometimes rolled up from below."""
    rng = play.rng
    length, roll = rng.choice([1.0, 1.6, 2.4]), rng.choice([0.0, 0.0, 0.03, 0.08])
    keys = play.harmony.chord(rng.randint(53, 68), rng.choice([2, 3, 4]))
    for index, key in enumerate(keys):
        play.bar(at + roll * index, length + 0.3, key, rng.randint(70, 108))
    return at + length


def _bar_roll(play: Percussion, at: float) -> float:
    """A roll on two bars, growing or fading."""
    rng = play.rng
    scale, strokes = play.harmony.scale(), rng.choice([14, 20, 26])
    degree, pace = rng.randrange(len(scale) - 4), rng.uniform(0.075, 0.1)
    pair = (scale[degree], scale[degree + rng.choice([2, 4])])
    rising = rng.random() < 0.6
    for index in range(strokes):
        level = index / strokes if rising else 1 - index / strokes
        play.bar(at, 0.5, pair[index % 2], 50 + round(62 * level))
        at += pace
    return at + rng.choice([0.4, 0.8])


def _one_bar(play: Percussion, at: float) -> float:
    """One bar, damped before the next."""
    rng = play.rng
    length = rng.choice([0.5, 0.7, 0.9])
    play.bar(at, length, play.harmony.rare(), rng.randint(55, 120))
    return at + length + rng.uniform(0.5, 0.65)


def _one_drum(play: Percussion, at: float) -> float:
    """One stroke on the bass drum."""
    rng = play.rng
    play.drum(at, rng.randint(50, 120), rng.choice(BASS_DRUM))
    return at + rng.uniform(0.85, 1.1)


def _one_of_kit(play: Percussion, at: float) -> float:
    """One stroke on a drum of the kit."""
    rng = play.rng
    name = rng.choice([SNARE, SNARE, LOW_TOM, MID_TOM, HIGH_TOM])
    play.hit(at, name, rng.uniform(0.25, 1.0))
    return at + rng.uniform(0.55, 0.75)


def _one_cymbal(play: Percussion, at: float) -> float:
    """One stroke on a cymbal, closed or open."""
    rng = play.rng
    name = rng.choice([HAT, HAT, CYMBAL])
    play.hit(at, name, rng.uniform(0.35, 1.0))
    return at + (rng.uniform(0.35, 0.5) if name == HAT else rng.uniform(1.1, 1.3))


def _drum_roll(play: Percussion, at: float) -> float:
    """A roll on the bass drum, growing or fading, or both."""
    rng = play.rng
    strokes, pace = rng.choice([14, 20, 28]), rng.uniform(0.07, 0.095)
    shape = rng.choice(["grows", "fades", "both"])
    for index in range(strokes):
        share = index / strokes
        levels = {"grows": share, "fades": 1 - share, "both": 1 - abs(2 * share - 1)}
        play.drum(at, 42 + round(72 * levels[shape]), BASS_DRUM[index % 2])
        at += pace
    if shape != "fades":
        play.drum(at + 0.02, 116)
    return at + rng.choice([0.4, 0.8])


def _pulse(play: Percussion, at: float) -> float:
    """A pattern of the bass drum, twice, with low toms in its holes."""
    rng = play.rng
    pattern, pace = rng.choice(["x..x..x.", "x...x.o.", "x.ox.o.x"]), rng.choice([0.2, 0.24])
    for _ in range(2):
        for place, mark in enumerate(pattern):
            if mark == "x":
                play.drum(at, 114 if place == 0 else 92)
            elif mark == "o":
                play.hit(at, LOW_TOM, 0.6)
            at += pace
    return at


def _toms(play: Percussion, at: float) -> float:
    """A run over snare and toms."""
    rng = play.rng
    pace = rng.choice([0.11, 0.15, 0.21])
    for _ in range(rng.choice([4, 6, 8, 12])):
        name = rng.choice([SNARE, LOW_TOM, LOW_TOM, MID_TOM, HIGH_TOM])
        play.hit(at, name, rng.uniform(0.3, 1.0))
        at += pace * rng.choice([1, 1, 2])
    return at + rng.choice([0.0, 0.2])


def _beat(play: Percussion, at: float) -> float:
    """One bar of eight quavers: low drums, snare on the back beat, cymbal, sometimes a fill."""
    rng = play.rng
    low, pace = rng.choice(["x..x..x.", "x...x.x.", "x..xx..."]), 0.23
    fill = rng.random() < 0.25
    for place, mark in enumerate(low):
        if mark == "x":
            play.drum(at, 110)
            play.hit(at, KICK, 0.75)
        if place in (2, 6):
            play.hit(at, SNARE, rng.uniform(0.6, 0.9))
        if fill and place >= 4:
            play.hit(at + pace / 2, rng.choice([LOW_TOM, MID_TOM, HIGH_TOM]), 0.6)
        play.hit(at, HAT, 0.7 if place % 2 == 0 else 0.4)
        at += pace
    if rng.random() < 0.15:
        play.hit(at, CYMBAL, 0.7)
    return at


def _slow_beat(play: Percussion, at: float) -> float:
    """One bar: bass drum and toms below, bars of the vibraphone above."""
    rng = play.rng
    keys, pace = play.harmony.chord(62, 4), rng.choice([0.28, 0.33])
    for place, mark in enumerate(rng.choice(["x.ox.o.o", "x..ox.oo", "xo.ox..o"])):
        if mark == "x":
            play.drum(at, 96)
        elif mark == "o":
            play.hit(at, rng.choice([LOW_TOM, MID_TOM]), 0.5)
        if place % 2 == 0:
            play.bar(at, 1.2, keys[place // 2 % len(keys)], rng.randint(88, 112))
        at += pace
    return at


def _duo(play: Percussion, at: float) -> float:
    """The vibraphone answered by bass drum and toms."""
    rng = play.rng
    play.drum(at, rng.choice([80, 105]))
    at = _melody(play, at)
    play.drum(at, rng.choice([75, 100]))
    play.hit(at + 0.25, rng.choice([LOW_TOM, MID_TOM]), 0.6)
    return at + rng.choice([0.5, 0.7])


def _cloud(play: Percussion, at: float) -> float:
    """Bars that ring into each other, a soft drum or cymbal among them."""
    rng = play.rng
    play.bar(at, rng.uniform(2.0, 5.0), rng.choice(play.harmony.scale()), rng.randint(60, 110))
    if rng.random() < 0.12:
        play.drum(at + 0.1, rng.randint(55, 85))
    if rng.random() < 0.06:
        play.hit(at, CYMBAL, rng.uniform(0.3, 0.5))
    return at + rng.choice([0.12, 0.2, 0.3, 0.45])


@dataclass(frozen=True)
class Study:
    """How a recording is made: its gesture, the motor of the vibraphone, length, and peak."""

    gesture: Gesture
    motor_hz: float = 0.0
    length_s: float = 30.0
    peak_dbfs: float = -1.0

    def play(self, name: str) -> Percussion:
        """The study played: one gesture after another until it is full."""
        play, at = Percussion(Random(name), self.length_s, self.motor_hz), BEGINS_S
        while at < self.length_s - ENDS_S:
            at = self.gesture(play, at)
            play.harmony.move()
        return play


STUDIES = {
    "stroke-vibraphone": Study(_one_bar),
    "stroke-bass-drum": Study(_one_drum, length_s=24.0),
    "stroke-drums": Study(_one_of_kit),
    "stroke-cymbals": Study(_one_cymbal, length_s=24.0),
    "vibraphone-tones": Study(_tones, length_s=36.0),
    "vibraphone-motor": Study(_tones, motor_hz=5.2, length_s=36.0),
    "vibraphone-phrases": Study(_melody, length_s=36.0),
    "vibraphone-chords": Study(_chords),
    "vibraphone-rolls": Study(_bar_roll),
    "bass-drum-rolls": Study(_drum_roll),
    "bass-drum-pulse": Study(_pulse),
    "toms": Study(_toms),
    "beat": Study(_beat),
    "slow-beat": Study(_slow_beat),
    "duo": Study(_duo),
    "texture": Study(_cloud, motor_hz=4.1, length_s=26.0),
}
