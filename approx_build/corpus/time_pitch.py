"""Time and pitch: a window of a sound with another pitch, another speed, or both.

The phase vocoder of `audio.stretch` changes time and keeps pitch; varispeed by `audio.resample`
changes both. One of each, in this order, gives any pitch at any speed.

The ends of a processed sound are unreliable, so a margin is processed with it and cut off. Beyond
the ends of a part, margins are its mirror image, which continues without a jump.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from approx_build.audio.clip import Clip
from approx_build.audio.resample import varispeed
from approx_build.audio.stretch import frame_size, stretch

Sound = NDArray[np.float32]
"""Samples [C, T], perhaps mapped from a file."""

RESAMPLER_REACH = 160
"""Samples on either side on which an output depends, at the lower of the two rates."""


@dataclass(frozen=True, slots=True)
class Warp:
    """Stretching by `stretch`, then playing `pitch` times as fast; 1 and 1 change nothing."""

    pitch: float = 1.0
    stretch: float = 1.0

    def source(self, size: int) -> int:
        """The number of source samples that give `size`, rounded up."""
        return ceil(size * self.pitch / self.stretch)

    def window(self, sound: Sound, start: int, size: int, rate: int) -> Sound:
        """The warped sound [C, size] that begins at `start` of `sound` [C, T], T >= 1."""
        margin = self._margin(rate)
        source = mirrored(sound, start - margin, start + self.source(size) + margin)
        if not margin:
            return source
        clip = Clip(source, rate)
        stretched = stretch(clip, round(clip.length * self.stretch))
        warped = varispeed(stretched, self.pitch)
        # From the actual lengths: each is rounded to a sample, so the requested ratio is not exact.
        begin = round(margin * warped.length / clip.length)
        return warped.data[:, begin : begin + size]

    def _margin(self, rate: int) -> int:
        """Samples of the source before and after a window that influence it."""
        radius = 0.0
        if self.pitch != 1:
            radius += RESAMPLER_REACH * max(1.0, self.pitch) / self.stretch
        if self.stretch != 1:
            # Half a frame of the result, and the half of the source from which it was made.
            radius += frame_size(rate) / 2 * (1 + 1 / self.stretch)
        return ceil(radius)


def mirrored(sound: Sound, start: int, stop: int) -> Sound:
    """Samples `start` to `stop` of `sound` [C, T], mirrored at both ends as often as needed.

    T >= 1. Only these samples, or their mirror images, are read.
    """
    length = sound.shape[1]
    if start >= 0 and stop <= length:
        return np.asarray(sound[:, start:stop])
    places = np.arange(start, stop) % (2 * length)
    return np.asarray(sound[:, np.minimum(places, 2 * length - 1 - places)])
