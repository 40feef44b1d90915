"""Windows: the sections of the recordings that a network is trained and tested on.

Windows are indexed by (part, start), one every `size` samples and one at the end, so a recording of
forty minutes has a thousand windows; or one for each onset, where a model wants strokes. An epoch
visits each of them once, in its own order. The end of every part is held out: no training window
overlaps it, and the test windows are in it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from approx_build.corpus.strokes import Onsets
from approx_build.errors import AudioError
from approx_build.numerics.stream import Stream

Sound = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Sound [C, T] of one recording, perhaps mapped from a file: for training, or held out.

    `start` is its first sample in the recording, `chunk` its number among the chunks of the
    recording; 0: the recording is not divided.
    """

    recording: str
    sound: Sound
    start: int = 0
    chunk: int = 0

    @property
    def name(self) -> str:
        """The recording, and the number of the chunk."""
        return f"{self.recording}#{self.chunk}" if self.chunk else self.recording

    @property
    def length(self) -> int:
        """Length in samples."""
        return int(self.sound.shape[1])

    def cut(self, start: int, stop: int) -> Part:
        """Samples `start` to `stop` of it."""
        return replace(self, sound=self.sound[:, start:stop], start=self.start + start)


@dataclass(frozen=True, eq=False)
class Windows:
    """The windows of `size` samples in the parts of a corpus."""

    parts: tuple[Part, ...]
    size: int
    starts: tuple[tuple[int, ...], ...] | None = None
    """Of each part where its windows begin; None: one after another."""

    @property
    def count(self) -> int:
        """The number of windows in the index."""
        return self._ends[-1] if self._ends else 0

    @property
    def samples(self) -> int:
        """Samples in all parts."""
        return sum(part.length for part in self.parts)

    @cached_property
    def _ends(self) -> list[int]:
        """For each part, the number of windows up to its last."""
        if self.starts is not None:
            return list(accumulate(map(len, self.starts)))
        lengths = [part.length for part in self.parts]
        counts = [-(-length // self.size) if length >= self.size else 0 for length in lengths]
        return list(accumulate(counts))

    def place(self, number: int) -> tuple[Part, int]:
        """The part and start of window `number`."""
        # The last of equal ends: parts that are too short have no windows.
        index = bisect_right(self._ends, number)
        part, first = self.parts[index], self._ends[index - 1] if index else 0
        if self.starts is not None:
            return part, self.starts[index][number - first]
        return part, min((number - first) * self.size, part.length - self.size)

    def at(self, number: int) -> Sound:
        """Window `number` [C, size]."""
        part, start = self.place(number)
        return part.sound[:, start : start + self.size]

    def spread(self, count: int) -> list[Sound]:
        """`count` windows at equal distances over the index."""
        places = [round(i * (self.count - 1) / max(1, count - 1)) for i in range(count)]
        return [self.at(place) for place in places]


@dataclass(frozen=True, eq=False)
class Epochs:
    """The windows in the order of training: position 0, 1, 2, … through the epochs.

    `seed` names the streams, so any position can be computed without those before it.
    """

    windows: Windows
    seed: int

    def at(self, position: int) -> tuple[Part, int, int, int]:
        """(part, start of the window in it, epoch, number of the window) of a position."""
        epoch, index = divmod(position, self.windows.count)
        number = int(_order(self.seed, epoch, self.windows.count)[index])
        return *self.windows.place(number), epoch, number


# Every position needs the order of its epoch, and a batch is in one epoch or two.
@lru_cache(maxsize=4)
def _order(seed: int, epoch: int, count: int) -> NDArray[np.int64]:
    """The order of an epoch: a permutation of `count` windows."""
    # Sorting random numbers permutes them; a stable sort does not depend on the processor.
    drawn = Stream.named("training", seed, "epoch", epoch).uniforms(count)
    return np.argsort(drawn, kind="stable")


@dataclass(frozen=True, eq=False)
class Split:
    """Training windows, held-out windows, and the reason for each recording that is not used."""

    train: Windows
    held_out: Windows
    unused: Mapping[str, str]


def split(
    parts: Sequence[Part],
    rate: int,
    size: int,
    held_out_s: float,
    chunk_s: float | None = None,
    onsets: Mapping[str, Any] | None = None,
    is_whole: bool = False,
) -> Split:
    """Parts divided into training and held-out sound, for windows of `size` samples.

    With `onsets`, the fields of `Onsets`, windows begin at the onsets of both. With `is_whole`, the
    first window of the only recording is both.

    A part shorter than a window is not used, with a reason; one that is too short for held-out
    sound is used completely for training. AudioError when no window remains, or none to test with,
    with the missing length.
    """
    if is_whole:
        return _whole(parts, rate, size, chunk_s is not None or onsets is not None)
    train, held, unused = [], [], {}
    for part in parts:
        for piece in _chunks(part, rate, chunk_s):
            # At least one window is held out, however short `held_out_s` is.
            border = piece.length - max(size, round(held_out_s * rate))
            if border >= size:
                train.append(piece.cut(0, border))
                held.append(piece.cut(border, piece.length))
            elif piece.length >= size:
                train.append(piece)
            else:
                unused[piece.name] = f"{piece.length / rate:.2f} s, a window is {size / rate:.2f} s"
    if not held:
        raise AudioError(_too_small(parts, rate, size, held_out_s))
    if onsets is None:
        return Split(Windows(tuple(train), size), Windows(tuple(held), size), unused)
    strokes = Onsets.model_validate(onsets)
    learned, tested = (_at_onsets(each, rate, size, strokes) for each in (train, held))
    for windows, name in ((learned, "trains with"), (tested, "is held out")):
        if not windows.count:
            raise AudioError(
                f"no window of {size / rate:.2f} s begins at an onset of the sound that {name}; "
                "make `held_out_s` or `window` other, `alone_s` smaller, or leave out `onsets`"
            )
    return Split(learned, tested, unused)


def _whole(parts: Sequence[Part], rate: int, size: int, is_cut: bool) -> Split:
    """The beginning of the only recording, to train and to test with."""
    if is_cut:
        raise AudioError(
            "the network learns a recording as a whole; leave out `chunk_s` and `onsets`"
        )
    if len(parts) != 1:
        names = ", ".join(part.name for part in parts)
        raise AudioError(
            f"the network learns one recording, and the corpus has {len(parts)} ({names}); leave "
            "out all others: `preparation: { exclude: { NAME: why } }`"
        )
    [part] = parts
    if part.length < size:
        raise AudioError(
            f"{part.name} is too short: {part.length / rate:.2f} s after preparation; the network "
            f"learns {size / rate:.2f} s as a whole; make `window` at most {part.length}"
        )
    rest_s = (part.length - size) / rate
    unused = {part.name: f"its last {rest_s:.2f} s: a window is {size / rate:.2f} s"}
    windows = Windows((part.cut(0, size),), size)
    return Split(windows, windows, unused if part.length > size else {})


def _at_onsets(parts: Sequence[Part], rate: int, size: int, how: Onsets) -> Windows:
    starts = tuple(how.starts(part.sound, rate, size) for part in parts)
    return Windows(tuple(parts), size, starts)


def _chunks(part: Part, rate: int, chunk_s: float | None) -> list[Part]:
    if chunk_s is None or part.length <= round(chunk_s * rate):
        return [part]
    size = round(chunk_s * rate)
    return [
        replace(part.cut(start, start + size), chunk=number)
        for number, start in enumerate(range(0, part.length, size), 1)
    ]


def _too_small(parts: Sequence[Part], rate: int, size: int, held_out_s: float) -> str:
    longest = max((part.length for part in parts), default=0) / rate
    window_s = size / rate
    need_s = window_s + max(window_s, held_out_s)
    return (
        f"the corpus is too small: its longest recording is {longest:.2f} s after preparation; "
        f"a window of {window_s:.2f} s and {held_out_s:g} s held out need {need_s:.2f} s, "
        f"{need_s - longest:.2f} s more; make `window` or `held_out_s` smaller, or add recordings"
    )
