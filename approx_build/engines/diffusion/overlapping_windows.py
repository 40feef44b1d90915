"""Overlapping windows: applies a network of windows to longer sound, and discards margins.

Each window covers the sound on both sides of its neighbours' middles, so that all of them agree
step by step and no join remains (Bar-Tal and others, MultiDiffusion, 2023, arXiv:2302.08113,
section 4, with weights that fall towards the ends of a window). Windows that disagree blend to less
than either: sound from pure noise is slightly quieter, by 0.3 dB in its test.

**Margins** are the ends of a window, which are discarded. A network has no context beyond the ends
of a window, so it produces clicks in the first and last few samples, and noise in some more. The
margins of a window made from given sound mirror that sound.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from approx_build.engines.diffusion.parameterisation import Sound, Velocity

# docs/decisions/0018-margins-and-joins.md has the measurements.
_PART = 80
"""The share of a window that is a margin."""


def windowed(velocity: Velocity, window: int) -> Velocity:
    """A network that accepts any length [B, C, T] from `window` on.

    A single window is passed on unchanged; every sample of longer sound is in two windows, or at an
    end.
    """
    weights = _weights(window)

    def predicted(x: Sound, time: float) -> Sound:
        length = x.shape[-1]
        if length == window:
            return velocity(x, time)
        summed, total = np.zeros_like(x), np.zeros(length, np.float32)
        for start in starts(length, window):
            part = slice(start, start + window)
            # Contiguous, because compiled networks read plain memory.
            summed[..., part] += weights * velocity(np.ascontiguousarray(x[..., part]), time)
            total[part] += weights
        return summed / total

    return predicted


def starts(length: int, window: int) -> list[int]:
    """The starts of the windows over `length` samples: every half window, and at the end."""
    return [*range(0, length - window, window // 2), length - window]


def _weights(window: int) -> NDArray[np.float32]:
    """A triangle over a window [T], nowhere 0."""
    places = np.arange(1, window + 1, dtype=np.float32)
    triangle = np.minimum(places, places[::-1]) / np.float32(window)
    return np.asarray(triangle, dtype=np.float32)


def margin(window: int) -> int:
    """The number of discarded samples at either end of a window."""
    return window // _PART


def inside(window: int) -> int:
    """The number of kept samples of a window."""
    return window - 2 * margin(window)


def generated_length(length: int, window: int) -> int:
    """The number of samples to generate so that `length` are kept: at least a window."""
    return max(length + 2 * margin(window), window)


def with_margins(sound: Sound, window: int) -> Sound:
    """`sound` [..., T], and a window's margin on both sides of it."""
    return np.pad(sound, _sides(sound, window), mode="reflect")


def known_with_margins(is_known: NDArray[np.bool_], window: int) -> NDArray[np.bool_]:
    """`is_known` of sound with margins [..., T + 2 margins]: margins are known like the ends."""
    return np.pad(is_known, _sides(is_known, window), mode="edge")


def without_margins(sound: Sound, window: int) -> Sound:
    """`sound` without its margins."""
    return sound[..., margin(window) : sound.shape[-1] - margin(window)]


def _sides(sound: NDArray[np.generic], window: int) -> list[tuple[int, int]]:
    return [(0, 0)] * (sound.ndim - 1) + [(margin(window), margin(window))]
