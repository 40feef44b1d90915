"""Pitches of the studies: keys a fifth apart, their scales, triads and sevenths."""

from __future__ import annotations

from collections import Counter
from random import Random

MAJOR = (0, 2, 4, 5, 7, 9, 11)
KEYS = (65, 60, 67, 62, 69)
"""Tonics on the circle of fifths: F, C, G, D and A major, with their relative minors."""

STAYS = 0.7
"""How often a gesture stays in the key of the one before."""


LEAPS = 0.15
"""How often a melody leaps."""


class Harmony:
    """The key that music is in; it moves by a fifth now and then."""

    def __init__(self, rng: Random, compass: tuple[int, int]) -> None:
        self._rng, self._compass = rng, compass
        self._place = rng.randrange(len(KEYS))
        self._used: Counter[int] = Counter()

    def move(self) -> None:
        """Stays, or goes to a neighbouring key."""
        if self._rng.random() > STAYS:
            self._place = max(0, min(len(KEYS) - 1, self._place + self._rng.choice([-1, 1])))

    def scale(self) -> list[int]:
        """The key's notes in the compass, from the lowest."""
        low, high = self._compass
        steps = {(KEYS[self._place] + step) % 12 for step in MAJOR}
        return [key for key in range(low, high + 1) if key % 12 in steps]

    def rare(self) -> int:
        """One of the key's three notes that were taken here least often."""
        by_use = sorted(self.scale(), key=lambda note: (self._used[note], self._rng.random()))
        note = self._rng.choice(by_use[:3])
        self._used[note] += 1
        return note

    def chord(self, low: int, voices: int = 3) -> list[int]:
        """A triad of the key, sometimes a seventh, from `low` upward, open or close."""
        degree = self._rng.choice([0, 0, 1, 2, 3, 3, 4, 4, 5, 5])
        thirds = [0, 2, 4, 6] if self._rng.random() < 0.25 else [0, 2, 4]
        classes = [(KEYS[self._place] + MAJOR[(degree + third) % 7]) % 12 for third in thirds]
        notes = [key for key in range(low, low + 30) if key % 12 in classes]
        if voices <= 4 and self._rng.random() < 0.3:
            return notes[: 2 * voices : 2][:voices]
        return notes[:voices]


def walk(rng: Random, scale: list[int], count: int, first: int | None = None) -> list[int]:
    """A melody of so many notes after `first`: mostly steps, some thirds, now and then a leap."""
    degree = rng.randrange(len(scale)) if first is None else scale.index(first)
    notes: list[int] = []
    for _ in range(count):
        span = rng.randint(3, 6) if rng.random() < LEAPS else rng.choice([1, 1, 1, 2])
        degree += span * rng.choice([-1, 1])
        if not 0 <= degree < len(scale):
            degree = max(0, min(len(scale) - 1, degree)) + (2 if degree < 0 else -2)
        notes.append(scale[degree])
    return notes
