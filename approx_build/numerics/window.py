"""Windows and fades: envelopes between 0 and 1.

The sum of crossing raised-cosine fades of equal length is 1 (for sounds that are alike), and so is
the sum of the squares of equal-power fades (for sounds that are not). Fades are sampled at the
middle of each step, so the first value is above 0 and the last below 1. Windows and fades are
cached for the next grain of the same size, so they are read-only.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from approx_build.numerics.portable import PI, TAU, cos, sin

Envelope = NDArray[np.float64]


@lru_cache(maxsize=64)
def hann(size: int) -> Envelope:
    """The periodic Hann window [size]: the sum of copies `size / 2` apart is 1."""
    # A window of no samples is empty, not a division by 0.
    return _kept(0.5 - 0.5 * cos(np.arange(size) * (TAU / max(size, 1))))


@lru_cache(maxsize=64)
def fade_in(size: int) -> Envelope:
    """A rise along half a period of a raised cosine [size]; reversed for a fade out."""
    return _kept(0.5 - 0.5 * cos((np.arange(size) + 0.5) * (PI / max(size, 1))))


@lru_cache(maxsize=64)
def equal_power_fade_in(size: int) -> Envelope:
    """A rise along a quarter of a sine [size]; reversed for a fade out."""
    return _kept(sin((np.arange(size) + 0.5) * (0.5 * PI / max(size, 1))))


def faded(size: int, fade: int) -> Envelope:
    """Ones with a rise over the first and a fall over the last `fade` of `size` samples [size].

    A fade longer than half the size is shortened to half.
    """
    fade = min(fade, size // 2)
    envelope = np.ones(size)
    envelope[:fade] = fade_in(fade)
    envelope[size - fade :] = envelope[:fade][::-1]
    return envelope


def _kept(envelope: Envelope) -> Envelope:
    envelope.flags.writeable = False
    return envelope
