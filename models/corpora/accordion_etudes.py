"""Twelve études for accordion: few pitches, few chords, every way of bowing the bellows.

Nine notes (A minor pentatonic from A3 to E5) and eight chords on purpose: a network of half
a million numbers learns a small vocabulary well.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from midi import Line

ACCORDION = 21
SCALE = (57, 60, 62, 64, 67, 69, 72, 74, 76)
CHORDS = (
    (57, 60, 64),
    (60, 64, 67),
    (62, 65, 69),
    (55, 59, 62),
    (57, 64, 72),
    (60, 67, 76),
    (57, 60, 64, 69),
    (60, 64, 67, 72),
)
FULL = 110
"""The bellows' usual pressure."""

Gesture = Callable[[Random, Line, float], float]
"""Writes one gesture from a time on and returns the time after it."""


def _hold(line: Line, at: float, length: float, keys: tuple[int, ...], velocity: int) -> None:
    for key in keys:
        line.note(at, length, key, velocity)


def _long_tone(rng: Random, line: Line, at: float) -> float:
    length = rng.choice([1.2, 2.0, 3.0])
    line.expression(at - 0.01, rng.choice([70, 90, FULL]))
    _hold(line, at, length, (rng.choice(SCALE),), rng.randint(70, 110))
    return at + length + rng.choice([0.05, 0.1, 0.4])


def _swell(rng: Random, line: Line, at: float) -> float:
    length = rng.choice([1.2, 1.6, 2.4, 3.0])
    keys = (rng.choice(SCALE),) if rng.random() < 0.4 else rng.choice(CHORDS)
    line.swell(at - 0.01, length, rng.choice([50, 60]), rng.choice([115, 125]))
    _hold(line, at, length, keys, rng.randint(75, 105))
    return at + length + rng.choice([0.0, 0.05, 0.15])


def _chord(rng: Random, line: Line, at: float) -> float:
    length = rng.choice([0.8, 1.2, 1.6, 2.4])
    line.expression(at - 0.01, 105)
    _hold(line, at, length, rng.choice(CHORDS), rng.randint(75, 100))
    return at + length + rng.choice([0.0, 0.05, 0.1])


def _soft_chord(rng: Random, line: Line, at: float) -> float:
    length = rng.choice([1.6, 2.4, 3.0])
    line.swell(at - 0.01, length, 50, rng.choice([75, 85]))
    _hold(line, at, length, rng.choice(CHORDS), rng.randint(60, 75))
    return at + length + rng.choice([0.0, 0.2, 0.5])


def _run(rng: Random, line: Line, at: float) -> float:
    line.expression(at - 0.01, FULL)
    degree, length = rng.randrange(len(SCALE)), rng.choice([0.15, 0.2, 0.25, 0.3])
    for _ in range(rng.choice([4, 6, 8, 12])):
        degree = max(0, min(len(SCALE) - 1, degree + rng.choice([-2, -1, -1, 1, 1, 2])))
        line.note(at, length * 0.95, SCALE[degree], rng.randint(75, 110))
        at += length
    return at + rng.choice([0.0, 0.1])


def _arpeggio(rng: Random, line: Line, at: float) -> float:
    line.expression(at - 0.01, 105)
    chord, pace = rng.choice(CHORDS), rng.choice([0.15, 0.2, 0.3])
    length = pace * len(chord) + rng.choice([0.8, 1.2])
    for index, key in enumerate(chord):
        line.note(at + index * pace, length - index * pace, key, rng.randint(75, 100))
    return at + length + rng.choice([0.0, 0.1])


def _bellows_shake(rng: Random, line: Line, at: float) -> float:
    chord, pace = rng.choice(CHORDS), rng.choice([0.15, 0.2, 0.25])
    for index in range(rng.choice([8, 12, 16])):
        line.expression(at - 0.005, FULL if index % 4 == 0 else 90)
        _hold(line, at, pace * 0.8, chord, 105 if index % 4 == 0 else 85)
        at += pace
    return at + rng.choice([0.0, 0.2])


def _drone(rng: Random, line: Line, at: float) -> float:
    """A low A held under a slow melody."""
    length = 0.0
    line.expression(at - 0.01, 100)
    for _ in range(rng.choice([4, 5, 6])):
        step = rng.choice([0.5, 0.75, 1.0])
        line.note(at + length, step, rng.choice(SCALE[3:]), rng.randint(75, 100))
        length += step
    line.note(at, length, SCALE[0], 80)
    return at + length + rng.choice([0.1, 0.3])


def _breath(rng: Random, line: Line, at: float) -> float:
    """A short soft note and the silence after it."""
    length = rng.choice([0.25, 0.4, 0.6])
    line.expression(at - 0.01, rng.choice([60, 75]))
    _hold(line, at, length, (rng.choice(SCALE),), rng.randint(60, 85))
    return at + length + rng.choice([0.15, 0.3, 0.6])


def _phrase(rng: Random, line: Line, at: float) -> float:
    """Any of the usual gestures: held notes, chords, swells, runs."""
    gestures = [_long_tone, _swell, _chord, _chord, _run, _arpeggio]
    return rng.choice(gestures)(rng, line, at)


GESTURES: dict[str, Gesture] = {
    "long-tones": _long_tone,
    "swells": _swell,
    "chorale": _chord,
    "chorale-soft": _soft_chord,
    "runs": _run,
    "arpeggios": _arpeggio,
    "bellows-shakes": _bellows_shake,
    "drones": _drone,
    "breaths": _breath,
    "phrase-1": _phrase,
    "phrase-2": _phrase,
    "phrase-3": _phrase,
}


def etude(name: str, rng: Random, length_s: float) -> Line:
    """The étude of this name: one gesture after another until `length_s` is full."""
    line, at = Line(ACCORDION), 0.1
    while at < length_s:
        at = GESTURES[name](rng, line, at)
    return line
