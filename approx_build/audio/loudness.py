"""Measurements of a sound: loudness, peaks, level, offset, clipping and silences.

Loudness after EBU R 128 and EBU Tech 3341/3342 (libebur128); true peak after ITU-R BS.1770-4
(`truepeak`). The facts are rounded to the printed digits, and are None where a sound has no such
value, such as the loudness of silence.

Off the path of a sample: it measures sounds and makes none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from math import log10, sqrt

import numpy as np
from numpy.typing import NDArray

from approx_build.audio import wav
from approx_build.audio.truepeak import true_peak

Samples = NDArray[np.float64]

SILENCE_DBFS = -80.0
"""Below this a sound counts as silent."""
SILENCE_S = 0.25
"""Shorter silences are not reported."""
_GATE_LUFS = -70.0
# The largest positive 24-bit sample: +1.0 has no integer.
_FULL_SCALE_24 = 1.0 - 2.0**-23


@dataclass(frozen=True, slots=True)
class Facts:
    """Measurements of a sound file; levels in dB of full scale, loudness in LUFS, times in s."""

    length_s: float
    integrated_lufs: float | None
    range_lu: float | None
    momentary_max_lufs: float | None
    true_peak_dbtp: float | None
    sample_peak_dbfs: float | None
    rms_dbfs: float | None
    dc: float
    clipped: int
    silences_s: tuple[tuple[float, float], ...]

    def as_json(self) -> dict[str, object]:
        """The facts as plain JSON."""
        return {**asdict(self), "silences_s": [list(span) for span in self.silences_s]}


def measure(path: wav.AnyPath) -> Facts:
    """Measure a sound file, block by block."""
    found = wav.info(path)
    meter, sums = _Meter(found), _Sums(found)
    for data in _blocks(path):
        meter.add(data)
        sums.add(data)
    peak = true_peak(lambda start, stop: wav.read(path, start, stop).data, found.length)
    return Facts(
        length_s=round(found.length / found.rate, 3),
        integrated_lufs=meter.integrated(),
        range_lu=meter.range(),
        momentary_max_lufs=_rounded(meter.momentary_max),
        true_peak_dbtp=decibels(peak),
        sample_peak_dbfs=decibels(sums.peak),
        rms_dbfs=decibels(sqrt(sums.square / (found.length * found.channels))),
        dc=sums.dc(),
        clipped=sums.clipped,
        silences_s=tuple(sums.silences()),
    )


def integrated_lufs(paths: Sequence[wav.AnyPath]) -> float | None:
    """The integrated loudness of files of one rate together; None when they are silent."""
    meter = _Meter(wav.info(paths[0]))
    for path in paths:
        for data in _blocks(path):
            meter.add(data)
    return meter.integrated()


def loudness_curve(path: wav.AnyPath, most: int = 1000) -> list[float | None]:
    """The momentary loudness (400 ms, EBU Tech 3341) of at most `most` equal stretches, LUFS.

    Each value is the loudest of its stretch, rounded to 0.1; None is below `_GATE_LUFS`.
    """
    found = wav.info(path)
    meter = _Meter(found)
    for data in _blocks(path):
        meter.add(data)
    levels = meter.momentary or [-np.inf]
    # In the middle of its 400 ms, each value stands for the tenth of a second around it.
    levels = [levels[0], *levels, levels[-1], levels[-1]]
    size = -(-len(levels) // most)
    loudest = [max(levels[start : start + size]) for start in range(0, len(levels), size)]
    return [round(level, 1) + 0.0 if level >= _GATE_LUFS else None for level in loudest]


def peak_dbfs(path: wav.AnyPath, start: int = 0, stop: int | None = None) -> float | None:
    """The sample peak of a range of a file; None when it is all zeros."""
    highest = max((float(np.abs(data).max()) for data in _blocks(path, start, stop)), default=0.0)
    return decibels(highest)


def quietest_dbfs(path: wav.AnyPath, start: int, stop: int, length: int) -> float | None:
    """The RMS of the quietest `length` samples in a range of a file; None when they are zeros.

    It looks every tenth of `length`, and at the end of the range; a shorter range counts whole.
    """
    if stop - start <= length:
        return decibels(sqrt(_power(path, start, stop)))
    hop = max(1, length // 10)
    # Whole hops, so that no hop is in two blocks.
    size = max(1, wav.BLOCK // hop) * hop
    whole = start + (stop - start) // hop * hop
    powers = np.concatenate(
        [
            np.square(data).mean(axis=0).reshape(-1, hop).mean(axis=1)
            for data in _blocks(path, start, whole, size)
        ]
    )
    windows = np.lib.stride_tricks.sliding_window_view(powers, length // hop).mean(axis=1)
    return decibels(sqrt(min(float(windows.min()), _power(path, stop - length, stop))))


def _power(path: wav.AnyPath, start: int, stop: int) -> float:
    sums = (float(np.square(data).mean(axis=0).sum()) for data in _blocks(path, start, stop))
    return sum(sums) / max(1, stop - start)


def decibels(level: float) -> float | None:
    """A level as decibels of full scale for printing; None for 0."""
    return _rounded(20 * log10(level)) if level > 0 else None


def _rounded(value: float) -> float | None:
    # libebur128 gives -inf for silence. Adding 0 turns -0.0 into 0.0.
    return round(value, 2) + 0.0 if np.isfinite(value) else None


def _blocks(
    path: wav.AnyPath, start: int = 0, stop: int | None = None, size: int = wav.BLOCK
) -> Iterator[Samples]:
    stop = wav.info(path).length if stop is None else stop
    for first in range(start, stop, size):
        yield wav.read(path, first, min(first + size, stop)).data.astype(np.float64)


class _Meter:
    """libebur128, with blocks of a tenth of a second for the momentary loudness."""

    def __init__(self, found: wav.Info) -> None:
        import pyebur128

        self._api = pyebur128
        modes = pyebur128.MeasurementMode
        self._state = pyebur128.R128State(
            found.channels, found.rate, modes.MODE_I | modes.MODE_LRA | modes.MODE_M
        )
        self._step = max(1, found.rate // 10)
        self._rest = np.zeros((found.channels, 0))
        self._fed = 0
        # Momentary loudness covers 400 ms (EBU Tech 3341), so earlier there is no value.
        self._window = 4
        self.momentary: list[float] = []

    @property
    def momentary_max(self) -> float:
        """The loudest momentary loudness; -inf without any."""
        return max(self.momentary, default=-np.inf)

    def add(self, data: Samples) -> None:
        """Measure the next block [C, T]."""
        data = np.concatenate((self._rest, data), axis=1)
        whole = data.shape[1] - data.shape[1] % self._step
        for start in range(0, whole, self._step):
            self._feed(data[:, start : start + self._step])
            self._fed += 1
            if self._fed >= self._window:
                self.momentary.append(self._api.get_loudness_momentary(self._state))
        self._rest = data[:, whole:]

    def _feed(self, data: Samples) -> None:
        self._state.add_frames(np.ascontiguousarray(data.T).reshape(-1), data.shape[1])

    def integrated(self) -> float | None:
        """The gated loudness of all sound that was added."""
        if self._rest.shape[1]:
            self._feed(self._rest)
            self._rest = self._rest[:, :0]
        return _rounded(self._api.get_loudness_global(self._state))

    def range(self) -> float | None:
        """Loudness range; None when the sound is too short to have one."""
        # The range is made of short-term loudness, which takes 3 s (EBU Tech 3342).
        short = self._fed < 30
        return None if short else _rounded(self._api.get_loudness_range(self._state))


class _Sums:
    """Peak, power, offset, samples at full scale and silences of a sound, block by block."""

    def __init__(self, found: wav.Info) -> None:
        self._rate, self._position = found.rate, 0
        self.peak, self.square, self.clipped = 0.0, 0.0, 0
        self.offset = np.zeros(found.channels)
        self._edges: list[int] = []
        self._quiet = False

    def add(self, data: Samples) -> None:
        """Count the next block [C, T]."""
        size = np.abs(data)
        self.peak = max(self.peak, float(size.max()))
        self.square += float((data * data).sum())
        self.offset += data.sum(axis=1)
        self.clipped += int(np.count_nonzero(size >= _FULL_SCALE_24))
        self._find_edges(size.max(axis=0) < 10 ** (SILENCE_DBFS / 20))
        self._position += data.shape[1]

    def _find_edges(self, quiet: NDArray[np.bool_]) -> None:
        """Note where silence begins and ends: the positions at which `quiet` changes."""
        turns = np.flatnonzero(np.diff(quiet, prepend=self._quiet))
        self._edges += (turns + self._position).tolist()
        self._quiet = bool(quiet[-1])

    def dc(self) -> float:
        """The mean of the channel whose mean is farthest from 0."""
        farthest = float(self.offset[np.argmax(np.abs(self.offset))])
        # Adding 0 turns -0.0 into 0.0.
        return round(farthest / self._position, 6) + 0.0

    def silences(self) -> Iterator[tuple[float, float]]:
        """Start and end of each silence that is long enough to be reported, in seconds."""
        edges = [*self._edges, self._position] if self._quiet else self._edges
        for start, stop in zip(edges[::2], edges[1::2], strict=True):
            if stop - start >= SILENCE_S * self._rate:
                yield round(start / self._rate, 3), round(stop / self._rate, 3)
