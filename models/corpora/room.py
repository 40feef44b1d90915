"""Rooms: how an instrument sounds through a microphone, and what the empty room sounds like.

A room is a box. Its first reflections are those of mirrored sources, with dull walls; its tail is
noise that decays, the high notes first. One microphone hears mono, two hear places from left to
right by level alone, so that both channels may be added.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from random import Random

import numpy as np
from midi import RATE
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft
from scipy.signal import lfilter

Samples = NDArray[np.float64]

SPEED_OF_SOUND = 343.0
TONE_DBFS = -62.0
"""RMS of the empty room."""

REFLECTIONS = 4
"""Mirrored sources up to this number of walls."""

TAIL_STARTS_S, LENGTH_S = 0.014, 0.6
BANDS = ((250.0, 1.15), (1600.0, 1.0), (5000.0, 0.8), (math.inf, 0.55))
"""Upper edges of the tail's bands, Hz, and how long each decays, times the room's time."""


@dataclass(frozen=True)
class Room:
    """A box: its time of decay by 60 dB, and all reflections' level to the sound itself."""

    name: str
    size_m: tuple[float, float, float]
    decay_s: float
    reflected_db: float
    channels: int = 1

    def hears(self, samples: Samples, place: float, length: int) -> Samples:
        """An instrument at a place, -1 (left) to 1 (right), as [length, channels]."""
        response = self.response(place)
        padded = next_fast_len(len(samples) + len(response))
        spectrum = rfft(samples, padded)[:, None] * rfft(response, padded, axis=0)
        heard = np.zeros((length, self.channels))
        whole = irfft(spectrum, padded, axis=0)[:length]
        heard[: len(whole)] = whole
        return heard

    def response(self, place: float) -> Samples:
        """The impulse response [T, channels]: first the sound itself, at 1 (by place in stereo)."""
        early = np.zeros((round(LENGTH_S * RATE), self.channels))
        for bounces, group in self._echoes(place):
            dull = early * 0
            for delay_s, level, where in group:
                at = delay_s * RATE
                dull[int(at)] += (1 - at % 1) * level * self._gains(where)
                dull[int(at) + 1] += at % 1 * level * self._gains(where)
            early += _dulled(dull, bounces)
        reflections = early + self._tail(float(np.abs(early).max()))
        reflections *= 10 ** (self.reflected_db / 20) / math.sqrt(float((reflections**2).sum()))
        reflections[0] += self._gains(place)
        return reflections

    def tone(self, recording: str, length: int) -> Samples:
        """The empty room [length, channels]: air and traffic below, the microphone's hiss above.

        No two recordings have the same.
        """
        noise = _noise(f"{self.name}/tone/{recording}", (length, self.channels))
        padded = next_fast_len(length)
        hertz = np.fft.rfftfreq(padded, 1 / RATE)
        rumble = (np.maximum(hertz, 60.0) / 60.0) ** -0.75 * np.minimum(1.0, (hertz / 60.0) ** 2)
        shape = rumble + 0.03 / (1 + (hertz / 15_000) ** 4)
        shaped = irfft(rfft(noise, padded, axis=0) * shape[:, None], padded, axis=0)[:length]
        return shaped * (10 ** (TONE_DBFS / 20) / math.sqrt(float((shaped**2).mean())))

    def _echoes(self, place: float) -> Iterator[tuple[int, list[tuple[float, float, float]]]]:
        """By number of walls: (delay_s, level, place) of every mirrored source."""
        microphone = [
            share * side for share, side in zip((0.47, 0.3, 0.5), self.size_m, strict=True)
        ]
        source = [microphone[0] + 1.3 * place, microphone[1] + 1.6, microphone[2] - 0.3]
        straight = math.dist(source, microphone)
        groups: dict[int, list[tuple[float, float, float]]] = {}
        reach = range(-REFLECTIONS, REFLECTIONS + 1)
        for cell in product(reach, repeat=3):
            bounces = sum(map(abs, cell))
            if not 0 < bounces <= REFLECTIONS:
                continue
            image = [
                side * step + (at if step % 2 == 0 else side - at)
                for side, step, at in zip(self.size_m, cell, source, strict=True)
            ]
            distance = math.dist(image, microphone)
            level = self._wall() ** bounces * straight / distance
            delay_s = (distance - straight) / SPEED_OF_SOUND
            groups.setdefault(bounces, []).append(
                (delay_s, level, (image[0] - microphone[0]) / distance)
            )
        yield from sorted(groups.items())

    def _wall(self) -> float:
        """What a wall gives back, by Sabine's rule."""
        x, y, z = self.size_m
        absorbed = 0.161 * x * y * z / (2 * (x * y + x * z + y * z) * self.decay_s)
        return math.sqrt(max(0.0, 1 - absorbed))

    def _tail(self, loudest: float) -> Samples:
        length = round(LENGTH_S * RATE)
        seconds = np.arange(length) / RATE
        hertz = np.fft.rfftfreq(length, 1 / RATE)
        spectrum = rfft(_noise(f"{self.name}/tail", (length, self.channels)), axis=0)
        tail, low = np.zeros((length, self.channels)), 0.0
        for high, share in BANDS:
            band = irfft(spectrum * ((hertz >= low) & (hertz < high))[:, None], length, axis=0)
            tail += band * (10 ** (-3 * seconds / (self.decay_s * share)))[:, None]
            low = high
        swell = np.clip((seconds - TAIL_STARTS_S / 2) / TAIL_STARTS_S, 0, 1)
        return tail * swell[:, None] * (0.12 * loudest)

    def _gains(self, place: float) -> Samples:
        """Each channel's share of a place, their squares adding up to 1."""
        if self.channels == 1:
            return np.ones(1)
        angle = (max(-1.0, min(1.0, place)) + 1) * math.pi / 4
        return np.array([math.cos(angle), math.sin(angle)])


def _dulled(samples: Samples, times: int) -> Samples:
    """Each wall takes of the treble: a one-pole low-pass for each."""
    for _ in range(times):
        samples = lfilter([0.62], [1.0, -0.38], samples, axis=0)
    return samples


def _noise(seed: str, shape: tuple[int, int]) -> Samples:
    number = Random(seed).getrandbits(64)
    return np.random.Generator(np.random.PCG64(number)).standard_normal(shape)
