"""The master: a piece's gain, and a ceiling on the true peak of the delivered samples.

A look-ahead limiter in passes. Each pass computes the 24-bit samples as they would be written,
including dither, measures their true peak (`ceiling`, the strictest meters), and lowers the gain
around every peak above the ceiling by the excess; it ends when no peak is above. The written
samples are the measured ones. Where no peak is near, the gain is exactly 1, and with a piece's
gain of 0 dB those samples are the mix's integers, unchanged and without dither.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ldexp, log10  # off the path: the logarithm is for a fact

import numpy as np
from numpy.typing import NDArray

from approx_build.audio import wav
from approx_build.audio.ceiling import REACH, loudest
from approx_build.audio.dither import FULL_SCALE, Ints, quantised
from approx_build.audio.envelope import CELL, UNITY, Shape, factors, smoothed, unity
from approx_build.audio.truepeak import Reader, around
from approx_build.audio.wav_writer import Target
from approx_build.numerics import portable
from approx_build.numerics.stream import Stream

SEGMENT = 1 << 15
"""Samples processed at once: a whole number of cells."""
_EDGE = 4
"""Samples before the first and after the last sample in which a sound can still peak."""
_MOST_PASSES = 60


@dataclass(frozen=True, slots=True)
class Mastered:
    """The effect of the limiter: the largest reduction, its duration, the number of passes."""

    reduction_db: float
    limited_s: float
    passes: int


class Limiter:
    """Limits one sound: `read` gives its integers in units of the 24-bit last place."""

    def __init__(
        self,
        read: Reader,
        length: int,
        rate: int,
        gain_db: float = 0.0,
        ceiling_dbtp: float = -1.0,
        stream: Stream | None = None,
    ) -> None:
        if ceiling_dbtp > 0:
            raise ValueError(f"a true-peak ceiling is at most 0 dBTP, not {ceiling_dbtp}")
        self.read, self.length, self.rate, self.stream = read, length, rate, stream
        self.gain = float(portable.gain(gain_db))
        self.ceiling = float(portable.gain(ceiling_dbtp)) * FULL_SCALE
        self.required = unity(length)
        self.cells = self.required
        self.passes = 0
        self._limit()

    def block(self, start: int, stop: int) -> Ints:
        """The limited sound's integers `start` to `stop` [C, T]."""
        data = np.asarray(self.read(start, stop), np.float64) * (1.0 / FULL_SCALE)
        return quantised(data * self.gain * factors(self.cells, start, stop), self.stream, start)

    def blocks(self) -> Iterator[NDArray[np.int32]]:
        """The limited sound, block by block; a ceiling of 0 dBTP may still touch +1.0."""
        for start, stop in self._segments():
            # +1.0 has no 24-bit integer; -1.0 has one.
            yield np.minimum(self.block(start, stop), FULL_SCALE - 1).astype(np.int32)

    @property
    def done(self) -> Mastered:
        """The largest reduction, its duration, and the number of passes."""
        deepest = int(self.cells.min(initial=UNITY)) / UNITY
        limited = int(np.count_nonzero(self.cells != UNITY)) * CELL / self.rate
        return Mastered(20 * log10(1 / deepest), limited, self.passes)

    def _segments(self) -> Iterator[tuple[int, int]]:
        for start in range(0, self.length, SEGMENT):
            yield start, min(start + SEGMENT, self.length)

    def _limit(self) -> None:
        shape, dirty = Shape.at(self.rate), list(self._segments())
        while dirty and self.passes < _MOST_PASSES:
            self.passes += 1
            # Slightly more than the excess, so that the passes come to an end.
            margin = 1.0 - 1e-6 * ldexp(1.0, min(self.passes, 14))
            # Only segments whose gain changed in the last pass can have a new peak above the
            # ceiling.
            lowered = [self._lower(start, stop, margin) for start, stop in dirty]
            if not any(lowered):
                return
            before, self.cells = self.cells, smoothed(self.required, shape)
            dirty = [span for span in self._segments() if self._changed(before, *span)]
        raise AssertionError("the limiter did not settle")

    def _changed(self, before: NDArray[np.int64], start: int, stop: int) -> bool:
        # The neighbouring cells affect the segment through spline and interpolation.
        near = REACH // CELL + 2
        cells = slice(max(0, start // CELL - near), stop // CELL + near + 1)
        return not np.array_equal(before[cells], self.cells[cells])

    def _lower(self, start: int, stop: int, margin: float) -> bool:
        """Lower the required gain of a segment's cells by their excess; whether there was any."""
        before = _EDGE if start == 0 else 0
        after = _EDGE if stop == self.length else 0
        data = around(self.block, start - before, stop + after, self.length, REACH, REACH)
        peaks = loudest(data, self.ceiling)
        inner = peaks[before : before + stop - start]
        # Peaks outside the sound can be lowered only by the cells at its ends.
        inner[0] = peaks[: before + 1].max()
        inner[-1] = peaks[len(peaks) - after - 1 :].max()
        return self._require(start // CELL, inner, margin)

    def _require(self, first: int, peaks: NDArray[np.float64], margin: float) -> bool:
        """Set the required gain of the cells from `first` on, from their peaks [T]."""
        highest = np.pad(peaks, (0, -len(peaks) % CELL)).reshape(-1, CELL).max(axis=1)
        # In eighths of a step, so that no other rounding of the transform shows.
        highest = np.ceil(highest * 8) / 8
        over = np.flatnonzero(highest > self.ceiling)
        if not over.size:
            return False
        here = first + over
        excess = np.floor(self.cells[here] * (self.ceiling / highest[over] * margin))
        # `cells` may be the same array and must stay the gain of this pass.
        lowered = self.required.copy() if self.required is self.cells else self.required
        lowered[here] = np.minimum(lowered[here], excess.astype(np.int64))
        self.required = lowered
        return True


def write_master(
    target: Target,
    mix: wav.AnyPath,
    gain_db: float = 0.0,
    ceiling_dbtp: float = -1.0,
    stream: Stream | None = None,
) -> Mastered:
    """Write the master of a mix (integers of 24 or 32 bits) as 24-bit WAV."""
    found = wav.info(mix)
    limiter = Limiter(
        lambda start, stop: wav.read_ints(mix, start, stop),
        found.length,
        found.rate,
        gain_db,
        ceiling_dbtp,
        stream,
    )
    with wav.IntWriter(target, found.rate, found.channels) as writer:
        for block in limiter.blocks():
            writer.write(block)
    return limiter.done
