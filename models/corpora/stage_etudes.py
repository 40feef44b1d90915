"""Eight études for vibraphone, bass drum and kit, in stereo: every bar and drum has its place.

The gestures are those of the percussion études. Places are by level alone, with constant power,
as a coincident pair of microphones would hear them: the vibraphone's bars from left to right as
they rise, the low tom left, the middle tom and the cymbal right, the rest near the middle.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from random import Random

import numpy as np
from midi import Line
from numpy.typing import NDArray
from percussion_etudes import GESTURES as SOLO
from percussion_etudes import (
    HAT,
    KICK,
    LOW_TOM,
    MID_TOM,
    SCALE,
    SNARE,
    VIBRAPHONE,
    Percussion,
    one_shot,
)
from percussion_etudes import etude as solo

GESTURES = {
    name: SOLO[name]
    for name in (
        "vibraphone-tones",
        "vibraphone-phrase-1",
        "vibraphone-chords",
        "vibraphone-rolls",
        "toms",
        "beat",
        "slow-beat",
        "duo",
    )
}
PLACES = {SNARE: -0.15, LOW_TOM: -0.6, MID_TOM: 0.45, HAT: 0.6, KICK: 0.0}
WIDEST_BAR = 0.7
"""Where the lowest (left) and the highest (right) bar of the vibraphone are."""


class Stage:
    """What a percussionist plays, heard in stereo."""

    def __init__(self, play: Percussion) -> None:
        self._play = play

    def play(self) -> NDArray[np.float64]:
        """All of it as samples [T, 2] at 44.1 kHz."""
        voices = list(self._voices())
        mix = np.zeros((max(start + len(samples) for start, samples, _ in voices), 2))
        for start, samples, place in voices:
            mix[start : start + len(samples)] += np.outer(samples, _gains(place))
        return mix

    def _voices(self) -> Iterator[tuple[int, NDArray[np.float64], float]]:
        """Start, mono samples, and place from -1 (left) to 1 (right)."""
        for number, key in enumerate(SCALE):
            bar = Line(VIBRAPHONE)
            bar.notes = [note for note in self._play.vibraphone.notes if note[2] == key]
            if bar.notes:
                yield 0, bar.play(), WIDEST_BAR * (2 * number / (len(SCALE) - 1) - 1)
        if self._play.bass_drum.notes:
            yield 0, self._play.bass_drum.play(), 0.0
        for start, name, gain in self._play.hits():
            yield start, gain * one_shot(name), PLACES[name]


def etude(name: str, rng: Random, length_s: float) -> Stage:
    """The étude of this name, on the stage."""
    return Stage(solo(name, rng, length_s))


def _gains(place: float) -> NDArray[np.float64]:
    """Left and right of a place, their squares adding up to 1."""
    angle = (place + 1) * math.pi / 4
    return np.array([math.cos(angle), math.sin(angle)])
