"""Studies for accordion in a room: lines over the whole compass, chords, bellows, one texture.

Lines are strictly of one voice. Each study plays one gesture after another;
the key moves by fifths.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from accordion_player import THREE_REEDS, TWO_REEDS, Accordion
from keys import walk

BEGINS_S, ENDS_S = 0.4, 2.2
"""Room before the first gesture, and time at the end in which none begins."""

Gesture = Callable[[Accordion, float], float]
"""Writes one gesture from a time on and returns the time after it."""


def _line(play: Accordion, at: float) -> float:
    """A phrase of one voice, legato or detached, on one movement of the bellows."""
    rng = play.rng
    pace, count = rng.choice([0.16, 0.22, 0.3, 0.42, 0.6]), rng.choice([5, 7, 8, 10, 12])
    touch = rng.choice([0.95, 0.95, 0.6])
    lengths = [pace * rng.choice([1, 1, 1, 2, 0.5]) for _ in range(count - 1)] + [pace * 3]
    play.swell(at, sum(lengths), rng.uniform(0.5, 0.75), rng.uniform(0.8, 1.0))
    keys = walk(rng, play.harmony.scale(), count, play.harmony.rare())
    for key, length in zip(keys, lengths, strict=True):
        play.note(at, length * touch - 0.015, key, rng.randint(82, 104))
        at += length
    play.turn(at)
    return at + rng.choice([0.04, 0.1, 0.25])


def _long_tone(play: Accordion, at: float) -> float:
    """One note, one shape of the bellows: even, growing, fading, or both."""
    rng = play.rng
    length = rng.choice([1.0, 1.6, 2.4, 3.4])
    soft, loud = rng.uniform(0.3, 0.5), rng.uniform(0.8, 1.0)
    shapes = {"even": [loud, loud], "grows": [soft, loud], "fades": [loud, soft]}
    shapes["both"] = [soft, loud, soft]
    shape = shapes[rng.choice(sorted(shapes))]
    for index, pressure in enumerate(shape):
        play.press(at + length * index / (len(shape) - 1), pressure)
    play.note(at, length - 0.02, play.harmony.rare(), rng.randint(85, 105))
    play.turn(at + length)
    return at + length + rng.choice([0.05, 0.12, 0.3])


def _scale(play: Accordion, at: float) -> float:
    """A scale up or down, one or two octaves, sometimes chromatic."""
    rng = play.rng
    low, high = play.compass
    chromatic = rng.random() < 0.3
    scale = list(range(low, high + 1)) if chromatic else play.harmony.scale()
    count = min(len(scale), rng.choice([8, 8, 13, 15]))
    first = rng.randrange(len(scale) - count + 1)
    notes, pace = scale[first : first + count], rng.choice([0.13, 0.18, 0.26])
    if rng.random() < 0.5:
        notes.reverse()
    play.press(at, rng.uniform(0.6, 0.9))
    for key in notes:
        play.note(at, pace - 0.015, key, rng.randint(85, 100))
        at += pace * rng.uniform(0.97, 1.03)
    play.press(at, rng.uniform(0.75, 1.0))
    play.turn(at)
    return at + rng.choice([0.05, 0.2])


def _leaps(play: Accordion, at: float) -> float:
    """A line of wide intervals."""
    rng = play.rng
    count = rng.choice([4, 6, 8])
    play.press(at, rng.uniform(0.65, 0.95))
    for _ in range(count):
        length = rng.choice([0.3, 0.45, 0.6, 0.9])
        play.note(at, length - 0.02, play.harmony.rare(), rng.randint(80, 105))
        at += length
    play.press(at, rng.uniform(0.65, 0.95))
    play.turn(at)
    return at + rng.choice([0.05, 0.15])


def _chord(play: Accordion, at: float, soft: bool = False) -> float:
    """A chord of three to five notes, sometimes over a bass."""
    rng = play.rng
    length = rng.choice([0.8, 1.2, 1.8, 2.6])
    keys = play.harmony.chord(rng.randint(55, 70), rng.choice([3, 3, 4, 5]))
    if rng.random() < 0.4:
        keys.append(min(keys) - 12)
    pressure = rng.uniform(0.25, 0.5) if soft else rng.uniform(0.7, 0.95)
    play.swell(at, length, pressure, pressure + rng.uniform(0.0, 0.2))
    play.chord(at, length, keys, rng.randint(80, 98))
    if rng.random() < 0.5:
        play.turn(at + length)
    return at + length + rng.choice([0.0, 0.03, 0.08])


def _soft_chord(play: Accordion, at: float) -> float:
    return _chord(play, at, soft=True)


def _swell(play: Accordion, at: float) -> float:
    """A chord or a note from nearly nothing to all that the bellows give, and back."""
    rng = play.rng
    length = rng.choice([1.6, 2.4, 3.2, 4.0])
    play.swell(at, length, rng.uniform(0.15, 0.3), rng.uniform(0.9, 1.0))
    keys = play.harmony.chord(rng.randint(53, 72), rng.choice([1, 2, 3, 4]))
    play.chord(at, length, keys, rng.randint(85, 100))
    play.turn(at + length)
    return at + length + rng.choice([0.0, 0.06])


def _waltz(play: Accordion, at: float) -> float:
    """Four bars in three: bass, chord, chord, and a melody above."""
    rng = play.rng
    beat = rng.choice([0.3, 0.34, 0.38])
    melody = walk(rng, [key for key in play.harmony.scale() if key >= 67], 12)
    play.press(at, rng.uniform(0.7, 0.9))
    for bar in range(4):
        keys = play.harmony.chord(57, 3)
        play.note(at, beat * 0.8, min(keys) - 12, 95)
        for place in (1, 2):
            play.chord(at + place * beat, beat * 0.5, keys, 78)
        held = rng.choice([(0, 1, 2), (0, 2), (0,)])
        for place, after in zip(held, (*held[1:], 3), strict=True):
            length = (after - place) * beat * 0.93
            play.note(at + place * beat, length, melody[3 * bar + place], 100)
        at += 3 * beat
    play.press(at, rng.uniform(0.75, 0.95))
    play.turn(at)
    return at


def _arpeggio(play: Accordion, at: float) -> float:
    """A chord built up note by note and held."""
    rng = play.rng
    keys, pace = play.harmony.chord(rng.randint(53, 70), rng.choice([4, 5, 6])), 0.0
    step = rng.choice([0.12, 0.17, 0.25])
    length = step * len(keys) + rng.choice([0.5, 1.0, 1.6])
    play.swell(at, length, rng.uniform(0.55, 0.75), rng.uniform(0.8, 1.0))
    for key in keys if rng.random() < 0.7 else keys[::-1]:
        play.note(at + pace, length - pace, key, rng.randint(82, 100))
        pace += step
    play.turn(at + length)
    return at + length + rng.choice([0.0, 0.08])


def _shake(play: Accordion, at: float) -> float:
    """The bellows turn on every stroke under held keys."""
    rng = play.rng
    keys, pace = play.harmony.chord(rng.randint(55, 70), 3), rng.choice([0.12, 0.16, 0.22])
    count = rng.choice([8, 12, 16])
    play.chord(at, pace * count, keys, 100)
    for index in range(count):
        play.press(at, 0.95 if index % 4 == 0 else 0.78)
        at += pace * rng.uniform(0.96, 1.04)
        play.turn(at)
    return at + rng.choice([0.0, 0.1])


def _drone(play: Accordion, at: float) -> float:
    """A low fifth held under a slow melody."""
    rng = play.rng
    scale = play.harmony.scale()
    root, length = rng.choice(scale[:4]), 0.0
    play.press(at, rng.uniform(0.55, 0.75))
    for key in walk(rng, [key for key in scale if key >= 65], rng.choice([5, 6, 8])):
        step = rng.choice([0.5, 0.7, 1.0])
        play.note(at + length, step, key, rng.randint(85, 100))
        length += step
        play.press(at + length, rng.uniform(0.55, 0.9))
    play.note(at, length, root, 85)
    play.note(at + 0.02, length, root + 7, 78)
    play.turn(at + length)
    return at + length + rng.choice([0.05, 0.2])


def _breath(play: Accordion, at: float) -> float:
    """A soft short note or pair, and air."""
    rng = play.rng
    length = rng.choice([0.25, 0.4, 0.7])
    play.swell(at, length, rng.uniform(0.1, 0.25), rng.uniform(0.3, 0.55))
    play.chord(at, length, play.harmony.chord(rng.randint(58, 79), rng.choice([1, 1, 2])), 92)
    play.turn(at + length + rng.uniform(0.05, 0.15))
    return at + length + rng.choice([0.15, 0.25, 0.4])


def _cloud(play: Accordion, at: float) -> float:
    """One more note of a cluster that never ends; every few notes the bellows turn."""
    rng = play.rng
    scale = play.harmony.scale()
    length = min(rng.uniform(2.0, 5.0), max(0.3, play.length_s - 1.0 - at))
    play.note(at, length, rng.choice(scale[: len(scale) * 3 // 4]), rng.randint(74, 96))
    play.press(at, rng.uniform(0.5, 0.95))
    if rng.random() < 0.25:
        play.turn(at + 0.1)
    return at + rng.choice([0.15, 0.3, 0.5])


@dataclass(frozen=True)
class Study:
    """How a recording is made: its gesture, reeds, compass, length, and peak."""

    gesture: Gesture
    program: int = TWO_REEDS
    beats_hz: float = 0.0
    compass: tuple[int, int] = (53, 84)
    length_s: float = 36.0
    peak_dbfs: float = -1.0

    def play(self, name: str) -> Accordion:
        """The study played: one gesture after another until it is full."""
        play = Accordion(Random(name), self.length_s, self.program, self.beats_hz, self.compass)
        at = BEGINS_S
        while at < self.length_s - ENDS_S:
            at = self.gesture(play, at)
            play.harmony.move()
        return play


STUDIES = {
    "line-low": Study(_line, compass=(53, 69)),
    "line-middle": Study(_line, compass=(62, 79)),
    "line-high": Study(_line, compass=(74, 93)),
    "line-wide": Study(_leaps, compass=(53, 93)),
    "line-scales": Study(_scale, compass=(53, 93)),
    "line-long-tones": Study(_long_tone, compass=(53, 91), length_s=54.0),
    "chorale": Study(_chord, THREE_REEDS),
    "chorale-soft": Study(_soft_chord, peak_dbfs=-9.0),
    "swells": Study(_swell),
    "waltz": Study(_waltz),
    "musette": Study(_waltz, beats_hz=3.4),
    "arpeggios": Study(_arpeggio),
    "bellows-shakes": Study(_shake),
    "drones": Study(_drone, THREE_REEDS),
    "breaths": Study(_breath, peak_dbfs=-9.0),
    "texture": Study(_cloud, THREE_REEDS, length_s=26.0),
}
