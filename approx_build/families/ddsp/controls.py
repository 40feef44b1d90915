"""Inputs and outputs of a DDSP network: scaled features, and the controls of the synthesis.

Computed in portable float64 and rounded to float32 once, which costs little at some hundred frames
per second.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from approx_build.audio.pitch import in_midi
from approx_build.families.ddsp.parameters import DDSPParameters
from approx_build.kernels.tensors import Floats
from approx_build.numerics import portable
from approx_build.numerics.turn import turn
from approx_build.numerics.window import hann

Doubles = NDArray[np.float64]

LN_10 = 2.302585092994046
LEAST = 1e-7
NOISE_BIAS = -5.0
"""Added to the network's output for the noise, so that training begins with soft noise."""
_LARGEST = 100.0


@dataclass(frozen=True, eq=False)
class Frames:
    """The controls of each frame: pitch, Hz; amplitudes of harmonics; magnitudes of the noise."""

    hz: Doubles
    amplitudes: Floats
    noise: Floats

    def __getitem__(self, part: slice) -> Frames:
        """A range of frames."""
        return Frames(self.hz[part], self.amplitudes[part], self.noise[part])

    def followed_by(self, other: Frames) -> Frames:
        """These frames, followed by others."""
        return Frames(
            np.concatenate((self.hz, other.hz)),
            np.concatenate((self.amplitudes, other.amplitudes)),
            np.concatenate((self.noise, other.noise)),
        )


def scaled(hz: Doubles, db: Doubles) -> tuple[Floats, Floats]:
    """Pitch and loudness [M, 1] as inputs of the network: MIDI / 127, and dB / 80 + 1."""
    pitch, loudness = in_midi(hz) / 127.0, db / 80.0 + 1.0
    return pitch.astype(np.float32)[:, np.newaxis], loudness.astype(np.float32)[:, np.newaxis]


def positive(x: Doubles) -> Doubles:
    """2 σ(x)^ln 10 + 1e-7, which grows tenfold per unit while it is small."""
    x = np.minimum(np.maximum(x, -_LARGEST), _LARGEST)
    return 2.0 * portable.exp(-LN_10 * portable.log1p(portable.exp(-x))) + LEAST


def frames_of(network: DDSPParameters, outputs: Floats, hz: Doubles) -> Frames:
    """The controls of the synthesis, from network outputs [M, controls] and pitches [M].

    Harmonics at or above half the sample rate are silent; the others share the whole amplitude.
    """
    wide, last = outputs.astype(np.float64), 1 + network.harmonics
    wide[:, last:] += NOISE_BIAS
    made = positive(wide)
    numbers = np.arange(1, network.harmonics + 1)
    is_silent = hz[:, np.newaxis] * numbers >= network.rate / 2
    shares = np.where(is_silent, 0.0, made[:, 1:last])
    amplitude = made[:, :1] / (shares.sum(axis=1, keepdims=True) + LEAST)
    return Frames(hz, (amplitude * shares).astype(np.float32), made[:, last:].astype(np.float32))


@lru_cache(maxsize=8)
def filter_table(bands: int) -> Floats:
    """The filter [bands, taps] of each band alone: zero phase about the middle, Hann window."""
    taps = 2 * (bands - 1)
    places = np.arange(taps) - taps // 2
    cosines = turn(np.arange(bands)[:, np.newaxis] * places, taps)[0] / taps
    cosines[1:-1] *= 2
    return (cosines * hann(taps)).astype(np.float32)


@lru_cache(maxsize=8)
def crossing(hop: int) -> tuple[Floats, Floats]:
    """Weights [hop] of the amplitudes of a frame and of the next frame; their sum is 1."""
    rise = hann(2 * hop)[:hop]
    return (1.0 - rise).astype(np.float32), rise.astype(np.float32)


def limits(network: DDSPParameters) -> Floats:
    """The pitch from which each harmonic is silent, Hz [H]."""
    numbers = np.arange(1, network.harmonics + 1)
    return (network.rate / 2 / numbers).astype(np.float32)


def pitch_by_sample(hz: Doubles, hop: int) -> Doubles:
    """Pitch of each sample [M hop], linear between frames [M + 1]."""
    share = np.arange(hop) / hop
    return (hz[:-1, np.newaxis] + (hz[1:] - hz[:-1])[:, np.newaxis] * share).reshape(-1)


def turned(hz: Doubles, rate: int, begun: np.uint64) -> NDArray[np.uint64]:
    """Phases [T], in 2^-64 turns, after each sample of pitches [T]: exact sums from `begun`."""
    steps = np.rint(hz * (2.0**63 / rate)).astype(np.uint64) << np.uint64(1)
    return np.cumsum(steps, dtype=np.uint64) + begun
