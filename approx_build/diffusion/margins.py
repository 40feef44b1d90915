"""Margins: the ends of a window, which a network makes and nobody hears.

It hears nothing beyond them, so it makes them badly: clicks in the first and last few, and noise in
some more. Sound that a window is made of has its margins mirrored from inside.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from approx_build.diffusion.parameterisation import Sound

_PART = 80


def margin(window: int) -> int:
    """How many samples at either end of a window are not heard."""
    return window // _PART


def inside(window: int) -> int:
    """How many samples of a window are heard."""
    return window - 2 * margin(window)


def worked_on(length: int, window: int) -> int:
    """How many samples a network makes so that `length` are heard: a window at least."""
    return max(length + 2 * margin(window), window)


def with_margins(sound: Sound, window: int) -> Sound:
    """`sound` [..., T], and a window's margin on both sides of it."""
    return np.pad(sound, _sides(sound, window), mode="reflect")


def known_with_margins(is_known: NDArray[np.bool_], window: int) -> NDArray[np.bool_]:
    """What is known of sound with margins [..., T + 2 margins]: as much as at its ends."""
    return np.pad(is_known, _sides(is_known, window), mode="edge")


def without_margins(sound: Sound, window: int) -> Sound:
    """What is heard of `sound` that has margins."""
    return sound[..., margin(window) : sound.shape[-1] - margin(window)]


def _sides(sound: NDArray[np.generic], window: int) -> list[tuple[int, int]]:
    return [(0, 0)] * (sound.ndim - 1) + [(margin(window), margin(window))]
