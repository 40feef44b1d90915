"""A percussionist: vibraphone with pedal and motor, bass drum, small kit, noises of striking.

Each instrument has its place from left to right, so the same play may be heard in mono or stereo.
No two strokes of the kit are alike: each is retuned a little, and soft ones are duller.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random

import noises
import numpy as np
import soundfile as sf
from keys import Harmony
from midi import RATE, Line
from numpy.typing import NDArray

Samples = NDArray[np.float64]

VIBRAPHONE, ORCHESTRA_KIT, DRUMS = 11, 48, 9
COMPASS = (53, 89)
"""The vibraphone's bars: F3 to F6."""

BASS_DRUM = (35, 36)
KIT = Path("/usr/share/sonic-pi/samples")
SNARE, LOW_TOM, MID_TOM = "drum_snare_soft", "drum_tom_lo_soft", "drum_tom_mid_soft"
HIGH_TOM, HAT, CYMBAL = "drum_tom_hi_soft", "drum_cymbal_closed", "drum_cymbal_soft"
KICK = "drum_bass_soft"

PLACES = {
    SNARE: -0.15,
    LOW_TOM: -0.6,
    MID_TOM: 0.3,
    HIGH_TOM: 0.5,
    HAT: 0.65,
    CYMBAL: 0.75,
    KICK: 0.0,
}
WIDEST_BAR, ZONES = 0.7, 6
"""Where the vibraphone's lowest (left) and highest (right) zones of bars are."""

VIBRAPHONE_GAIN, BASS_DRUM_GAIN, KIT_GAIN = 2.2, 1.2, 0.6
MALLET_DB, FELT_DB, STICK_DB = -32.0, -34.0, -34.0
"""Levels of the noises of a loud stroke; a vibraphone's loudest peak is about -6."""

TREBLE_DB = 1.0
"""By so much each zone of bars is louder than the one below: the font's high bars are faint."""

RINGING = 1200
"""Timecents added to the decay: with the pedal down, bars ring twice as long as in the font."""


@dataclass
class Percussion:
    """What a percussionist plays: bars (at_s, length_s, key, velocity), drums, and the kit."""

    rng: Random
    length_s: float
    motor_hz: float = 0.0
    bars: list[tuple[float, float, int, int]] = field(default_factory=list)
    drums: list[tuple[float, int, int]] = field(default_factory=list)
    strokes: list[tuple[float, str, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.harmony = Harmony(self.rng, COMPASS)

    def bar(self, at: float, length: float, key: int, velocity: int) -> None:
        """One bar of the vibraphone, damped after `length`."""
        start, velocity = self._when(at), self._force(velocity)
        self.bars.append((start, min(length, self.length_s - 0.7 - start), key, velocity))

    def drum(self, at: float, velocity: int, key: int = 36) -> None:
        """One stroke on the bass drum."""
        self.drums.append((self._when(at), key, self._force(velocity)))

    def hit(self, at: float, name: str, gain: float) -> None:
        """One stroke on the kit; a gain of 1 is loud."""
        self.strokes.append((self._when(at), name, gain * 10 ** (self.rng.gauss(0, 1.2) / 20)))

    def voices(self) -> Iterator[tuple[float, Samples]]:
        """Place, dry mono samples [T] with the noises of each group of instruments."""
        length = round(self.length_s * RATE)
        low, high = COMPASS
        for zone in range(ZONES):
            keys = range(
                low + zone * (high - low + 1) // ZONES, low + (zone + 1) * (high - low + 1) // ZONES
            )
            bars = [bar for bar in self.bars if bar[2] in keys and bar[1] > 0.05]
            if bars:
                louder = 10 ** (zone * TREBLE_DB / 20)
                yield (
                    WIDEST_BAR * (2 * zone / (ZONES - 1) - 1),
                    louder * self._vibraphone(bars, length),
                )
        if self.drums:
            yield 0.0, self._bass_drum(length)
        for name in sorted({name for _, name, _ in self.strokes}):
            yield PLACES[name], self._kit(name, length)

    def _vibraphone(self, bars: list[tuple[float, float, int, int]], length: int) -> Samples:
        line = Line(VIBRAPHONE)
        line.lengthen_decay(RINGING)
        for start, lasts, key, velocity in bars:
            line.bend(start - 0.002, Random(f"bar/{key}").gauss(0, 1.5))
            line.note(start, lasts, key, velocity)
        mix = _cut(VIBRAPHONE_GAIN * line.play(), length)
        if self.motor_hz:
            turns = 2 * math.pi * self.motor_hz * np.arange(length) / RATE
            mix *= 10 ** (-4.5 * (0.5 - 0.5 * np.cos(turns)) / 20)
        for start, _, _, velocity in bars:
            db = MALLET_DB + 0.4 * (velocity - 110)
            noises.add(mix, start - 0.001, noises.mallet(self.rng, velocity), db)
        return mix

    def _bass_drum(self, length: int) -> Samples:
        line = Line(ORCHESTRA_KIT, DRUMS)
        for start, key, velocity in self.drums:
            line.note(start, 0.3, key, velocity)
        mix = _cut(BASS_DRUM_GAIN * line.play(), length)
        for start, _, velocity in self.drums:
            db = FELT_DB + 0.4 * (velocity - 110)
            noises.add(mix, start, noises.felt(self.rng, velocity), db)
        return mix

    def _kit(self, name: str, length: int) -> Samples:
        mix = np.zeros(length)
        for start, struck, gain in self.strokes:
            if struck != name:
                continue
            stroke = _retuned(one_shot(name), 2 ** (self.rng.gauss(0, 0.25) / 12))
            stroke = noises.dull(stroke, 1500 + 16_000 * min(1.0, gain) ** 2)
            db = 20 * math.log10(max(1e-3, gain))
            noises.add(mix, start, stroke, db)
            noises.add(mix, start, noises.stick(self.rng), STICK_DB + 1.4 * db)
        return mix

    def _when(self, at: float) -> float:
        return max(0.05, at + self.rng.gauss(0, 0.006))

    def _force(self, velocity: float) -> int:
        return max(25, min(122, round(velocity + self.rng.gauss(0, 4))))


@cache
def one_shot(name: str) -> Samples:
    """A sample of the kit, mono [T]; its last third fades, for some end while they still ring."""
    samples, rate = sf.read(KIT / f"{name}.flac", always_2d=True)
    assert rate == RATE
    mono = np.asarray(samples.mean(axis=1), dtype=np.float64) * KIT_GAIN
    third = len(mono) // 3
    mono[-third:] *= np.linspace(1.0, 0.0, third) ** 2
    return mono


def _retuned(samples: Samples, ratio: float) -> Samples:
    """The same stroke on a skin that is tuned a little higher or lower."""
    length = int((len(samples) - 1) / ratio)
    return np.interp(np.arange(length) * ratio, np.arange(len(samples)), samples)


def _cut(samples: Samples, length: int) -> Samples:
    whole = np.zeros(length)
    whole[: min(length, len(samples))] = samples[:length]
    return whole
