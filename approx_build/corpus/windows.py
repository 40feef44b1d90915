"""Windows: the pieces of the recordings that a network is trained and tested on.

The end of every recording is held out: no window of training reaches into it, and the test
windows lie in it. A window is (recording, start), so which windows a step sees depends on its
random stream alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from approx_build.audio.mulaw import encode
from approx_build.audio.stream import Stream
from approx_build.corpus.recordings import Heard
from approx_build.errors import AudioError

Codes = NDArray[np.uint8] | NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Part:
    """Codes [T] of one recording: a part to train on, or the part held out."""

    name: str
    codes: NDArray[np.int64]


@dataclass(frozen=True)
class Windows:
    """Windows of `size` codes in the parts of a corpus."""

    parts: tuple[Part, ...]
    size: int

    @property
    def count(self) -> int:
        """How many different windows there are."""
        return sum(self._starts())

    def _starts(self) -> list[int]:
        return [max(0, len(part.codes) - self.size + 1) for part in self.parts]

    def draw(self, rng: Stream, count: int) -> NDArray[np.int64]:
        """`count` windows, each of all windows as likely [count, size]."""
        return np.stack([self._at(rng.index(self.count)) for _ in range(count)])

    def spread(self, count: int) -> NDArray[np.int64]:
        """`count` windows at equal distances over all parts [count, size]."""
        places = [round(i * (self.count - 1) / max(1, count - 1)) for i in range(count)]
        return np.stack([self._at(place) for place in places])

    def _at(self, place: int) -> NDArray[np.int64]:
        for part, starts in zip(self.parts, self._starts(), strict=True):
            if place < starts:
                return part.codes[place : place + self.size]
            place -= starts
        raise AssertionError("a place beyond the last window")


def split(
    heard: Sequence[Heard], size: int, held_out_s: float, codes: int
) -> tuple[Windows, Windows]:
    """(windows to train on, windows held out) of `size` codes.

    AudioError when no recording is long enough; recordings shorter than a window and what is
    held out are named, all of them.
    """
    train, held = [], []
    for one in heard:
        coded = encode(one.samples, codes)
        border = len(coded) - max(size, round(held_out_s * one.rate))
        if border < size:
            continue
        train.append(Part(one.recording.name, coded[:border]))
        held.append(Part(one.recording.name, coded[border:]))
    _refuse_short(heard, {part.name for part in train}, size, held_out_s)
    return Windows(tuple(train), size), Windows(tuple(held), size)


def _refuse_short(heard: Sequence[Heard], used: set[str], size: int, held_out_s: float) -> None:
    short = [one for one in heard if one.recording.name not in used]
    if not short:
        return
    window_s = size / short[0].rate
    need_s = window_s + max(window_s, held_out_s)
    named = ", ".join(
        f"{one.recording.name} ({len(one.samples) / one.rate:.2f} s)" for one in short
    )
    raise AudioError(
        f"too short to train on: {named}; a window of {window_s:.2f} s and {held_out_s:g} s held "
        f"out need {need_s:.2f} s; make `window` or `held_out_s` smaller, or take them out"
    )
