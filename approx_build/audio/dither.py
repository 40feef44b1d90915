"""Dither: converts sound to integers with dither and rounding, and refuses to clip.

Triangular dither of two units in the last place, peak to peak (Lipshitz, Wannamaker, Vanderkooy:
Quantization and Dither, 1992), then rounding to the nearest integer, ties to even. A sample that is
already a 24-bit integer needs no rounding and gets no dither: silence stays silence, and integers
that nothing changed stay the same. Sample n of channel c uses word n of that channel's own stream,
so blocks of any size give the same bits.
"""

from __future__ import annotations

from math import ceil, log10  # off the path: for a message

import numpy as np
from numpy.typing import NDArray

from approx_build.errors import AudioError
from approx_build.numerics.stream import Stream
from approx_build.units import clock

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FULL_SCALE = 1 << 23
"""24-bit integers from -FULL_SCALE to FULL_SCALE - 1 represent -1.0 to just below 1.0."""


def triangular(stream: Stream, start: int, count: int) -> Floats:
    """Dither of samples `start` to `start + count`: between -1 and 1, 0 the most likely [count]."""
    words = stream.words_at(start, count)
    # The halves of one word are independent, and the difference of two uniforms is triangular.
    high = (words >> np.uint64(32)).astype(np.float64)
    low = (words & np.uint64(0xFFFFFFFF)).astype(np.float64)
    return (high - low) * 2.0**-32


def quantised(data: Floats, stream: Stream | None, start: int = 0) -> Ints:
    """Sound [C, T], full scale 1.0, from sample `start` on, as integers that may exceed 24 bits.

    Without a `stream` there is no dither.
    """
    scaled = data * float(FULL_SCALE)
    rounded = np.rint(scaled)
    if stream is None:
        return rounded.astype(np.int64)
    for channel in range(len(data)):
        inexact = np.flatnonzero(rounded[channel] != scaled[channel])
        if inexact.size:
            noise = triangular(stream.child("dither", channel), start, data.shape[1])
            rounded[channel, inexact] = np.rint(scaled[channel, inexact] + noise[inexact])
    return rounded.astype(np.int64)


class Quantiser:
    """Converts a sound from sample `start` on to integers, and remembers where it was too loud."""

    def __init__(
        self, name: str, rate: int, stream: Stream | None, bits: int = 24, start: int = 0
    ) -> None:
        self.name, self.rate, self.stream = name, rate, stream
        self._full_scale = 1 << (bits - 1)
        self._position, self._peak, self._peak_at = start, 0, 0

    def block(self, data: Floats) -> NDArray[np.int32]:
        """The next block [C, T] as integers, clipped to full scale."""
        if not np.isfinite(data).all():
            raise AudioError(f"{self.name} has samples that are not numbers (NaN or infinite)")
        # A power of two: the product is exact.
        scaled = data * (self._full_scale / FULL_SCALE)
        integers = quantised(scaled, self.stream, self._position)
        self._remember(integers)
        self._position += data.shape[1]
        # Clipped and not refused here, so that `finish` can name the loudest place of all.
        return np.clip(integers, -self._full_scale, self._full_scale - 1).astype(np.int32)

    def _remember(self, integers: Ints) -> None:
        # One's complement: -2^23 fits and 2^23 does not.
        over = np.maximum(integers, ~integers).max(axis=0, initial=0)
        if over.size and int(over.max()) > self._peak:
            self._peak, self._peak_at = int(over.max()), self._position + int(over.argmax())

    def finish(self) -> None:
        """AudioError when a sample did not fit: by how much, and where."""
        if self._peak < self._full_scale:
            return
        excess_db = 20 * log10((self._peak + 1) / self._full_scale)
        raise AudioError(
            f"{self.name} peaks at +{excess_db:.2f} dBFS at "
            f"{clock(self._peak_at / self.rate)}: lower its gain by "
            # Rounded up, with a bit to spare, so that the named gain is enough.
            f"{ceil(excess_db * 10 + 0.01) / 10:.1f} dB"
        )
