"""Records the studies: every corpus in a room of its own, which is never silent.

The music is normalised to the study's peak; the empty room is added at its own level, before,
under and after the music.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import squeezebox_studies
import struck_studies
from midi import RATE
from numpy.typing import NDArray
from room import Room
from scipy.signal import butter, sosfilt

Samples = NDArray[np.float64]

ROOMS = {
    "squeezebox": Room("squeezebox", (5.2, 4.1, 2.6), decay_s=0.32, reflected_db=-9.0),
    "struck": Room("struck", (7.5, 6.0, 3.1), decay_s=0.38, reflected_db=-8.0),
    "hall": Room("hall", (11.0, 8.5, 4.2), decay_s=0.45, reflected_db=-6.0, channels=2),
}
IN_HALL = (
    "vibraphone-tones",
    "vibraphone-motor",
    "vibraphone-phrases",
    "vibraphone-chords",
    "vibraphone-rolls",
    "toms",
    "beat",
    "slow-beat",
    "duo",
    "texture",
)
HALL_LENGTH_S = 38.0
STUDIES = {
    "squeezebox": squeezebox_studies.STUDIES,
    "struck": struck_studies.STUDIES,
    "hall": {
        name: replace(struck_studies.STUDIES[name], length_s=HALL_LENGTH_S) for name in IN_HALL
    },
}
LOWEST_HZ = 22.0
"""A microphone does not hear what is far below; the font's drums have a DC offset."""

FADE_S, EMPTY_S = 0.3, 0.6
"""The music ends with a fade, so long before the recording ends."""


def recorded(corpus: str, name: str) -> Samples:
    """One study in its corpus' room: samples [T, channels] whose peak is the study's."""
    room, study = ROOMS[corpus], STUDIES[corpus][name]
    length = round(study.length_s * RATE)
    heard = np.zeros((length, room.channels))
    for place, dry in study.play(f"{corpus}/{name}").voices():
        heard += room.hears(_ended(dry), place, length)
    heard = sosfilt(butter(2, LOWEST_HZ, "highpass", fs=RATE, output="sos"), heard, axis=0)
    tone, peak = room.tone(name, length), 10 ** (study.peak_dbfs / 20)
    gain = peak / float(np.abs(heard).max())
    for _ in range(4):
        gain *= peak / float(np.abs(gain * heard + tone).max())
    return gain * heard + tone


def _ended(samples: Samples) -> Samples:
    end, fade = len(samples) - round(EMPTY_S * RATE), round(FADE_S * RATE)
    kept = samples[:end].copy()
    kept[-fade:] *= np.linspace(1.0, 0.0, fade)
    return kept
