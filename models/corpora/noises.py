"""Noises of playing: air and keys of an accordion, mallets and sticks on what they strike."""

from __future__ import annotations

import math
from random import Random

import numpy as np
from midi import RATE
from numpy.typing import NDArray
from scipy.signal import butter, lfilter, sosfilt

Samples = NDArray[np.float64]


def white(rng: Random, length: int) -> Samples:
    """Normal noise of RMS 1."""
    return np.random.Generator(np.random.PCG64(rng.getrandbits(64))).standard_normal(length)


def band(samples: Samples, low_hz: float, high_hz: float) -> Samples:
    """What lies between two frequencies, 12 dB per octave outside."""
    sos = butter(2, (low_hz, high_hz), btype="bandpass", fs=RATE, output="sos")
    return np.asarray(sosfilt(sos, samples), dtype=np.float64)


def dull(samples: Samples, corner_hz: float) -> Samples:
    """What lies below a frequency, 6 dB per octave above."""
    keep = math.exp(-2 * math.pi * corner_hz / RATE)
    return np.asarray(lfilter([1 - keep], [1.0, -keep], samples), dtype=np.float64)


def click(rng: Random, low_hz: float, high_hz: float, decay_s: float) -> Samples:
    """A short noise of peak 1 that begins within a millisecond and decays by 60 dB in `decay_s`."""
    length = round(decay_s * RATE)
    noise = band(white(rng, length), low_hz, high_hz)
    seconds = np.arange(length) / RATE
    noise *= np.minimum(1.0, seconds / 0.0008) * 10 ** (-3 * seconds / decay_s)
    return noise / float(np.abs(noise).max())


def add(mix: Samples, at_s: float, samples: Samples, db: float) -> None:
    """Adds samples at a time, `db` louder; what would be after the end is left out."""
    start = max(0, round(at_s * RATE))
    kept = samples[: max(0, len(mix) - start)]
    mix[start : start + len(kept)] += kept * 10 ** (db / 20)


def key_down(rng: Random) -> Samples:
    """A key hits its bed."""
    return click(rng, rng.uniform(1200, 1700), rng.uniform(3500, 6000), rng.uniform(0.012, 0.02))


def key_up(rng: Random) -> Samples:
    """A pallet falls back on its hole."""
    return click(rng, rng.uniform(300, 450), rng.uniform(1200, 2200), rng.uniform(0.02, 0.035))


def reversal(rng: Random) -> Samples:
    """The bellows turn: a breath of air, and the folds knock."""
    length = round(rng.uniform(0.1, 0.16) * RATE)
    breath = band(white(rng, length), 500, 5000) * np.hanning(length)
    knock = click(rng, 70, 220, 0.09)
    breath[: len(knock)] += 1.2 * knock[:length]
    return breath / float(np.abs(breath).max())


def mallet(rng: Random, velocity: int) -> Samples:
    """Yarn on a bar: harder strokes are brighter."""
    hard = velocity / 127
    return click(rng, 350 + 500 * hard, 1500 + 7500 * hard**2, rng.uniform(0.02, 0.035))


def felt(rng: Random, velocity: int) -> Samples:
    """A beater on the skin of a bass drum."""
    return click(rng, 150, 700 + 2500 * velocity / 127, rng.uniform(0.03, 0.05))


def stick(rng: Random) -> Samples:
    """A stick on a drum."""
    return click(rng, 1800, rng.uniform(6000, 9500), rng.uniform(0.008, 0.014))
