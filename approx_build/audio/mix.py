"""Mixing: clips placed in time become the sound of a part, in blocks of bounded memory.

The order of operations is fixed, so the same events give the same bits for every size of block and
every order in the score: each clip is scaled by its gain, then its fades, then placed by its pan;
clips are summed in the order of onset and name. All sums are float64; nothing is rounded to fewer
bits here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from approx_build.audio.clip import Clip
from approx_build.audio.curve import ZERO, Curve, FadeShape, fade, gains
from approx_build.audio.pan import placed
from approx_build.errors import AudioError
from approx_build.units import clock

Block = NDArray[np.float64]

BLOCK = 1 << 16
"""Samples mixed at once."""


class Source(Protocol):
    """A sound that can be read in ranges: a `Clip`, or a `wav.ClipFile`."""

    @property
    def rate(self) -> int:
        """Samples per second."""

    @property
    def channels(self) -> int:
        """Number of channels."""

    @property
    def length(self) -> int:
        """Length in samples."""

    def cut(self, start: int, stop: int) -> Clip:
        """Samples `start` to `stop`."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A sound and its place in a part; onset and fades in samples, curves from its onset."""

    name: str
    source: Source
    onset: int
    gain_db: Curve = ZERO
    pan: Curve = ZERO
    fade_in: int = 0
    fade_out: int = 0
    shape: FadeShape = FadeShape.RAISED_COSINE

    @property
    def end(self) -> int:
        """The first sample after it."""
        return self.onset + self.source.length

    def block(self, start: int, stop: int, channels: int) -> Block:
        """Its sound at its own samples `start` to `stop` [channels, stop - start]."""
        data = self.source.cut(start, stop).data.astype(np.float64)
        data = data * gains(self.gain_db, start, stop)
        # Most blocks have no fade, and factors of 1 would change nothing.
        if start < self.fade_in or stop > self.source.length - self.fade_out:
            shape = (self.source.length, self.fade_in, self.fade_out, self.shape)
            data = data * fade(*shape, start, stop)
        return placed(data, self.pan.at(start, stop), channels)


def part_blocks(
    events: Sequence[Placed],
    length: int,
    rate: int,
    channels: int = 2,
    block: int = BLOCK,
    span: tuple[int, int] | None = None,
) -> Iterator[Block]:
    """The sum of `events` over `length` samples, block by block [channels, up to `block`].

    With a `span` only its samples [first, last). AudioError when an event has another rate or is
    not inside the `length`.
    """
    ordered = sorted(events, key=lambda event: (event.onset, event.name))
    for event in ordered:
        _check(event, length, rate)
    coming, sounding = iter([*ordered, None]), list[Placed]()
    following = next(coming)
    first, last = span or (0, length)
    for start in range(first, last, block):
        stop = min(start + block, last)
        while following is not None and following.onset < stop:
            if following.end > start:
                sounding.append(following)
            following = next(coming)
        yield _summed(sounding, start, stop, channels)
        # The list keeps its order, and so the order of the sums.
        sounding = [event for event in sounding if event.end > stop]


def stem_blocks(
    blocks: Iterator[Block], gain_db: Curve, pan: Curve, channels: int = 2, start: int = 0
) -> Iterator[Block]:
    """A part's blocks, from sample `start` on, with the part's own gain and pan.

    Both are counted from the movement's start.
    """
    for data in blocks:
        stop = start + data.shape[1]
        yield placed(data * gains(gain_db, start, stop), pan.at(start, stop), channels)
        start = stop


def _summed(events: Sequence[Placed], start: int, stop: int, channels: int) -> Block:
    total = np.zeros((channels, stop - start))
    for event in events:
        first, last = max(start, event.onset), min(stop, event.end)
        total[:, first - start : last - start] += event.block(
            first - event.onset, last - event.onset, channels
        )
    return total


def _check(event: Placed, length: int, rate: int) -> None:
    source = event.source
    if source.rate != rate:
        raise AudioError(f"{event.name} is at {source.rate} Hz, the movement at {rate} Hz")
    if event.onset < 0:
        raise AudioError(f"{event.name} starts {-event.onset / rate:.3f} s before the movement")
    if event.end > length:
        raise AudioError(
            f"{event.name} lasts until {clock(event.end / rate)}, "
            f"{(event.end - length) / rate:.3f} s longer than the movement; "
            "shorten it or start it earlier"
        )
    if max(event.fade_in, event.fade_out) > source.length:
        longest = max(event.fade_in, event.fade_out) / rate
        raise AudioError(
            f"{event.name} has a fade of {longest:.3f} s but lasts {source.length / rate:.3f} s"
        )
