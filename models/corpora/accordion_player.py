"""An accordionist: keys, bellows, and the noises of both.

The reeds are those of the sound font. What the bellows do is done here: a curve of pressure gives
loudness and brightness together, and every turn of the bellows is a short hole in the sound.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

import midi
import noises
import numpy as np
from keys import Harmony
from midi import RATE, Line
from numpy.typing import NDArray

Samples = NDArray[np.float64]

TWO_REEDS, THREE_REEDS = 21, 23
"""Programs of the sound font; its two reeds beat, about 16 cents apart."""

COMPASS = (53, 93)
"""Right hand: F3 to A6."""

CHANNELS = [channel for channel in range(16) if channel != 9]
PRESSURE_DB = 24.0
"""From no pressure to full pressure."""

AIR_DB, KEY_DOWN_DB, KEY_UP_DB, REVERSAL_DB = -52.0, -37.0, -40.0, -35.0
"""Levels of the noises, relative to the peak of the reeds."""


@dataclass
class Accordion:
    """What an accordionist plays: notes (at_s, length_s, key, velocity), pressures (at_s, 0 to 1).

    `beats_hz` adds the same reeds once more, tuned higher by so much.
    """

    rng: Random
    length_s: float
    program: int = TWO_REEDS
    beats_hz: float = 0.0
    compass: tuple[int, int] = COMPASS
    notes: list[tuple[float, float, int, int]] = field(default_factory=list)
    pressures: list[tuple[float, float]] = field(default_factory=list)
    turns: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.harmony = Harmony(self.rng, self.compass)

    def note(self, at: float, length: float, key: int, velocity: int) -> None:
        """One note, as exactly as a hand plays it."""
        start = max(0.05, at + self.rng.gauss(0, 0.006))
        length = max(0.06, length * (1 + self.rng.gauss(0, 0.03)))
        velocity = max(30, min(120, round(velocity + self.rng.gauss(0, 3))))
        self.notes.append((start, min(length, self.length_s - 0.75 - start), key, velocity))

    def chord(self, at: float, length: float, keys: list[int], velocity: int) -> None:
        """Several notes, not quite at once."""
        for key in keys:
            self.note(at + abs(self.rng.gauss(0, 0.008)), length, key, velocity)

    def press(self, at: float, pressure: float) -> None:
        """The bellows' pressure at a time; it moves straight to the next."""
        self.pressures.append((at, max(0.0, min(1.0, pressure + self.rng.gauss(0, 0.02)))))

    def swell(self, at: float, length: float, soft: float, loud: float) -> None:
        """From soft to loud and back."""
        peak = self.rng.uniform(0.35, 0.65)
        for share, pressure in ((0.0, soft), (peak, loud), (1.0, soft)):
            self.press(at + share * length, pressure)

    def turn(self, at: float) -> None:
        """The bellows change their direction."""
        self.turns.append(at)

    def voices(self) -> Iterator[tuple[float, Samples]]:
        """Its place, and all of it, dry, with a peak of 1 before the noises: mono samples [T]."""
        mix = np.zeros(round(self.length_s * RATE))
        for detuned in (0.0, self.beats_hz) if self.beats_hz else (0.0,):
            reeds = midi.play(self._reeds(detuned), left_only=True)[: len(mix)]
            mix[: len(reeds)] += reeds
        gain = self._bellows(len(mix))
        full = noises.dull(mix, 2400)
        mix = (full + (mix - full) * np.sqrt(gain)) * gain
        mix /= float(np.abs(mix).max())
        self._add_noises(mix, gain)
        yield 0.0, mix

    def _reeds(self, beats_hz: float) -> list[Line]:
        """Every reed has a tuning of its own, so every key has a channel of its own."""
        lines = [Line(self.program, channel) for channel in CHANNELS]
        for start, length, key, velocity in self.notes:
            if length <= 0:
                continue
            hertz = 440 * 2 ** ((key - 69) / 12)
            cents = Random(f"reed/{key}/{beats_hz}").gauss(0, 2)
            line = lines[key % len(lines)]
            line.bend(start - 0.002, cents + 1200 * math.log2(1 + beats_hz / hertz))
            line.note(start, length, key, velocity)
        return [line for line in lines if line.notes]

    def _bellows(self, length: int) -> Samples:
        """Gain of the reeds over time: pressure, tremor, and the holes of the turns."""
        seconds = np.arange(length) / RATE
        points = sorted(self.pressures) or [(0.0, 0.9)]
        pressure = np.interp(seconds, [at for at, _ in points], [value for _, value in points])
        tremor = noises.dull(noises.dull(noises.white(self.rng, length), 3), 3)
        decibels = PRESSURE_DB * (pressure - 1) + 0.4 * tremor / float(tremor.std())
        for at in self.turns:
            width = self.rng.uniform(0.018, 0.035)
            near = np.abs(seconds - at) < 5 * width
            hole = np.exp(-(((seconds[near] - at) / width) ** 2))
            decibels[near] -= self.rng.uniform(8, 16) * hole
        return np.asarray(10 ** (decibels / 20), dtype=np.float64)

    def _add_noises(self, mix: Samples, gain: Samples) -> None:
        air = noises.band(noises.white(self.rng, len(mix)), 300, 6000)
        moving = noises.dull((self._sounding(len(mix)) > 0).astype(np.float64), 8)
        mix += air * np.sqrt(gain) * moving * 10 ** (AIR_DB / 20)
        for start, length, _, velocity in self.notes:
            if length <= 0:
                continue
            force = 0.12 * (velocity - 90) + self.rng.gauss(0, 2)
            noises.add(mix, start - 0.004, noises.key_down(self.rng), KEY_DOWN_DB + force)
            up_db = KEY_UP_DB + self.rng.gauss(0, 3)
            noises.add(mix, start + length + 0.004, noises.key_up(self.rng), up_db)
        for at in self.turns:
            level = REVERSAL_DB + self.rng.gauss(0, 2)
            noises.add(mix, at - 0.05, noises.reversal(self.rng), level)

    def _sounding(self, length: int) -> Samples:
        """How many notes sound at each sample."""
        changes = np.zeros(length + 1)
        for start, lasts, _, _ in self.notes:
            if lasts > 0:
                changes[min(length, round(start * RATE))] += 1
                changes[min(length, round((start + lasts) * RATE))] -= 1
        return np.cumsum(changes[:length])
