"""Inspection: measurements of the recordings of a corpus, before any training.

Levels and loudness are those of `audio.loudness`. There are two shares of silence. The first
follows the rule of ibab's WaveNet (github.com/ibab/tensorflow-wavenet, audio_reader.py), which
drops many files without notice: it keeps only the sound between the centres of the first and the
last frame of 2048 samples, every 512, whose root mean square exceeds 0.3. The second is gated like
loudness (ITU-R BS.1770-4), relative to the recording: frames of 50 ms are silent when they stay
below -70 dBFS, or 40 dB below the level that the loudest twentieth of the frames exceeds.

Off the path of a sample: it measures recordings and makes no sound.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from approx_build.audio import sndfile, wav
from approx_build.audio.loudness import measure

IBAB_SIZE, IBAB_HOP, IBAB_THRESHOLD = 2048, 512, 0.3
FRAME_S = 0.05
GATE_DBFS, GATE_DB, LOUD_SHARE = -70.0, 40.0, 0.95
CLIP_RUN = 3
"""A shorter run of samples at full scale is a peak, not clipping."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """The measurements of a recording; levels in dB of full scale, loudness in LUFS, shares 0 to 1.

    `clipped` counts the samples in runs of at least three at full scale, `clips` these runs.
    """

    name: str
    length_s: float
    rate: int
    channels: int
    format: str
    subtype: str
    peak_dbfs: float | None
    true_peak_dbtp: float | None
    rms_dbfs: float | None
    loudness_lufs: float | None
    clips: int
    clipped: int
    silent_share: float
    ibab_silent_share: float
    dc: float

    def as_json(self) -> dict[str, object]:
        """The measures as plain JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Total:
    """The measurements of all recordings of a corpus together."""

    recordings: int
    length_s: float
    sounding_s: float
    rates: dict[str, int]
    channels: dict[str, int]
    formats: dict[str, int]
    clipped: int
    peak_dbfs: float | None
    quietest_lufs: float | None
    loudest_lufs: float | None

    def as_json(self) -> dict[str, object]:
        """The sums as plain JSON."""
        return asdict(self)


class _Powers:
    """The power of consecutive sections of a sound, each of `size` samples."""

    def __init__(self, size: int) -> None:
        self._size, self._rest = size, np.zeros(0)
        self._sums: list[NDArray[np.float64]] = []

    def add(self, squares: NDArray[np.float64]) -> None:
        """The next squared samples [T]."""
        squares = np.append(self._rest, squares)
        whole = len(squares) - len(squares) % self._size
        self._sums.append(squares[:whole].reshape(-1, self._size).sum(axis=1))
        self._rest = squares[whole:]

    def sums(self) -> NDArray[np.float64]:
        """Sums of squares; an incomplete last section counts only if it is the only one."""
        found = np.concatenate(self._sums) if self._sums else np.zeros(0)
        if len(found) or not len(self._rest):
            return found
        return np.array([self._rest.sum() * self._size / len(self._rest)])


class _Runs:
    """Runs of samples at full scale in one channel."""

    def __init__(self, full_scale: float) -> None:
        self._full_scale, self._length = full_scale, 0
        self._is_inside = False
        self._edges: list[NDArray[np.int64]] = []

    def add(self, samples: NDArray[np.float32]) -> None:
        """The next samples [T]."""
        is_full = np.abs(samples) >= self._full_scale
        # A run may continue from the block before.
        self._edges.append(np.flatnonzero(np.diff(is_full, prepend=self._is_inside)) + self._length)
        self._is_inside = bool(is_full[-1])
        self._length += len(samples)

    def lengths(self) -> NDArray[np.int64]:
        """The lengths of the runs that are long enough to be clipping."""
        # A run that lasts to the end of the file has no closing edge.
        edges = np.concatenate([*self._edges, [self._length] * self._is_inside]).astype(np.int64)
        lengths = edges[1::2] - edges[::2]
        return np.asarray(lengths[lengths >= CLIP_RUN])


def inspect(name: str, path: Path) -> Inspection:
    """Measure the recording at `path`, block by block; AudioError when it cannot be read."""
    found, facts = wav.info(path), measure(path)
    frame = max(1, round(FRAME_S * found.rate))
    powers, mono_powers = _Powers(frame), _Powers(IBAB_HOP)
    runs = [_Runs(full_scale(found.subtype)) for _ in range(found.channels)]
    for start, stop in wav.blocks(path):
        data = wav.read(path, start, stop).data
        doubles = data.astype(np.float64)
        powers.add((doubles * doubles).mean(axis=0))
        mono_powers.add(doubles.mean(axis=0) ** 2)
        for channel, run in zip(data, runs, strict=True):
            run.add(channel)
    lengths = np.concatenate([run.lengths() for run in runs])
    return Inspection(
        name=name,
        length_s=facts.length_s,
        rate=found.rate,
        channels=found.channels,
        format=path.suffix[1:].lower(),
        subtype=found.subtype,
        peak_dbfs=facts.sample_peak_dbfs,
        true_peak_dbtp=facts.true_peak_dbtp,
        rms_dbfs=facts.rms_dbfs,
        loudness_lufs=facts.integrated_lufs,
        clips=len(lengths),
        clipped=int(lengths.sum()),
        silent_share=round(silent_share(powers.sums() / frame), 4),
        ibab_silent_share=round(ibab_silent_share(mono_powers.sums(), found.length), 4),
        dc=facts.dc,
    )


@dataclass(frozen=True, slots=True)
class Defects:
    """The largest mean of a channel, and the samples in runs at full scale, of a recording."""

    dc: float
    clips: int
    clipped: int


def defects(path: Path) -> Defects:
    """The defects of the recording at `path`; AudioError when it cannot be read."""
    found = wav.info(path)
    sums = np.zeros(found.channels)
    runs = [_Runs(full_scale(found.subtype)) for _ in range(found.channels)]
    for start, stop in wav.blocks(path):
        data = wav.read(path, start, stop).data
        sums += data.sum(axis=1, dtype=np.float64)
        for channel, run in zip(data, runs, strict=True):
            run.add(channel)
    lengths = np.concatenate([run.lengths() for run in runs])
    means = sums / found.length
    return Defects(float(means[np.abs(means).argmax()]), len(lengths), int(lengths.sum()))


def full_scale(subtype: str) -> float:
    """The highest sample of a coding; that of 16 bits for floats and lossy codings."""
    return 1 - 2.0 ** (1 - (sndfile.int_bits(subtype) if sndfile.is_pcm(subtype) else 16))


def silent_share(powers: NDArray[np.float64]) -> float:
    """The share of frames, by their mean squares, that are silent for their recording."""
    # Silence has no logarithm.
    levels = 10 * np.log10(np.maximum(powers, 1e-20))
    # Relative to the loud parts: the noise floor of a soft recording is not sound.
    gate = max(GATE_DBFS, float(np.quantile(levels, LOUD_SHARE)) - GATE_DB)
    return float((levels < gate).mean())


def ibab_silent_share(sums: NDArray[np.float64], length: int) -> float:
    """The share of `length` samples that ibab's rule removes, from sums of 512 squares."""
    folds = IBAB_SIZE // IBAB_HOP
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(sums, folds // 2), folds)
    loud = np.flatnonzero(frames.sum(axis=1) > IBAB_THRESHOLD**2 * IBAB_SIZE)
    return 1 - float((loud[-1] - loud[0]) * IBAB_HOP / length) if len(loud) else 1.0


def total(every: Sequence[Inspection]) -> Total:
    """All recordings together."""
    loudness = [one.loudness_lufs for one in every if one.loudness_lufs is not None]
    return Total(
        recordings=len(every),
        length_s=round(sum(one.length_s for one in every), 3),
        sounding_s=round(sum(one.length_s * (1 - one.silent_share) for one in every), 3),
        rates=_counts(str(one.rate) for one in every),
        channels=_counts(str(one.channels) for one in every),
        formats=_counts(f"{one.format} {one.subtype}" for one in every),
        clipped=sum(one.clipped for one in every),
        peak_dbfs=max((one.peak_dbfs for one in every if one.peak_dbfs is not None), default=None),
        quietest_lufs=min(loudness, default=None),
        loudest_lufs=max(loudness, default=None),
    )


def _counts(words: Iterable[str]) -> dict[str, int]:
    """The number of each value, the most frequent first."""
    found = Counter(words)
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))
