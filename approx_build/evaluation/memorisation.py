"""Memorisation: how much of a take equals one passage of the training sound.

For each passage of a take, the nearest passage of the training sound is searched. Candidates have
the nearest sequences of log-mel spectra (cosine distance, after subtracting the mean spectrum of
the corpus and the level of the passage): coarse, but fast over hours. Each candidate is verified by
its waveform, at the best of all alignments nearby (`audio.alignment`).

Tones of one instrument are alike: a held tone may have the same waveform twice. So the measure is
`copied_s`, how much of a take has the same waveform when the whole take is aligned with one place,
and it is compared with a baseline: the same measure of the held-out ends of the recordings, which
are independent sound of the same instrument (and of the same composer, who may repeat a bar: then
the baseline is high, and a copied bar proves nothing).

Off the path of a sample: it compares takes with recordings and makes no sound.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from approx_build.audio.alignment import (
    FRAMES_HZ,
    SILENT,
    best_place,
    in_steps,
    log_mel,
    similarity,
)

Mono = NDArray[np.float32]
Frames = NDArray[np.float64]
"""Log-mel spectra [M, bands], and cosines of sequences of them."""

COPIED = 0.9
"""From this similarity on, two waveforms are the same to the eye and ear; -7 dB is new."""
SHORTEST_S = 0.1
"""Length of the shortest passage: still less of a sound is like many others."""
QUANTILES = (0.5, 0.9, 0.95, 1.0)
_BLOCK = 4096
_FINE = 2.0**-20
"""Passages of a take are rounded to multiples of this, for exact sums."""
_LEVEL = 1e-3
"""Passages with a smaller norm are constant (silence) and are not compared."""


class SearchTerms(BaseModel):
    """Parameters of the search for the passages of a take in the training sound."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    passage_s: float = Field(
        default=1.0, ge=SHORTEST_S, le=10, description="length of a passage, seconds"
    )
    hop_s: float = Field(default=0.25, gt=0, le=10, description="from passage to passage, seconds")
    candidates: int = Field(default=8, ge=1, le=1000, description="verified by their waveform")

    @classmethod
    def of_takes(cls, length_s: float) -> SearchTerms:
        """Passages of 1 s, or of half a take if that is shorter than 2 s, and at least 0.1 s.

        A shorter take has no passages, so it has no match.
        """
        passage_s = max(SHORTEST_S, min(1.0, length_s / 2))
        return cls(passage_s=passage_s, hop_s=passage_s / 4)


@dataclass(frozen=True, slots=True)
class TrainingSound:
    """The training sound of one recording: samples [T], from its sample `start` on."""

    name: str
    samples: Mono
    start: int = 0


@dataclass(frozen=True, slots=True)
class Match:
    """A passage of a take and the nearest passage of the training sound, with their distance.

    `similarity` is the normalised cross-correlation without its sign: 1 for the same waveform.
    `copied_s` is how much of the take equals the same place of the recording.
    """

    at_s: float
    recording: str
    recording_at_s: float
    similarity: float
    copied_s: float


@dataclass(frozen=True, slots=True)
class Baseline:
    """What independent sound of the same instrument has in common with the training sound.

    Quantiles (`QUANTILES`) over held-out stretches, of the similarity of their nearest passage and
    of `copied_s`; empty when none was long enough. A take is memorised if it has more than
    `threshold_s`: more than 95 % of the stretches, and more than one and a half passages.
    """

    similarity: tuple[float, ...]
    copied_s: tuple[float, ...]
    threshold_s: float

    @classmethod
    def of(cls, nearest: Sequence[Match], terms: SearchTerms) -> Baseline:
        """The baseline from the nearest matches of some stretches."""
        least = round(1.5 * terms.passage_s, 3)
        if not nearest:
            return cls((), (), least)
        copied = _quantiles([match.copied_s for match in nearest])
        similarity = _quantiles([match.similarity for match in nearest])
        return cls(similarity, copied, max(least, copied[QUANTILES.index(0.95)]))

    @classmethod
    def load(cls, fields: Mapping[str, Any]) -> Baseline:
        """A baseline from its fields as JSON."""
        similarity, copied_s = (tuple(fields[name]) for name in ("similarity", "copied_s"))
        return cls(similarity, copied_s, fields["threshold_s"])

    def is_memorised(self, match: Match | None) -> bool:
        """Whether a take with this nearest match has more in common than independent sound."""
        return match is not None and match.copied_s > self.threshold_s


class TrainingPassages:
    """Every passage of the training sound, ready for comparison with takes at `rate` Hz."""

    def __init__(
        self, sounds: Sequence[TrainingSound], rate: int, terms: SearchTerms | None = None
    ) -> None:
        self.terms, self.rate = terms or SearchTerms(), rate
        self.size = round(self.terms.passage_s * rate)
        self.sounds = [sound for sound in sounds if sound.samples.size >= self.size]
        self._frames = max(1, int(self.terms.passage_s * FRAMES_HZ))

    def nearest(self, take: Mono) -> Match | None:
        """The match along which most of `take` [T] is equal, of several the most similar."""
        found = self.matches(take)
        return max(found, key=_most_copied, default=None)

    def matches(self, take: Mono) -> list[Match]:
        """The nearest training passage of each passage of `take` [T] that is not silent."""
        hop = round(self.terms.hop_s * self.rate)
        starts = [
            start
            for start in range(0, take.size - self.size + 1, hop)
            if _rms(take[start : start + self.size]) >= SILENT
        ]
        if not starts or not self.sounds:
            return []
        found = self._candidates(take, starts)
        return [
            self._verified(take, start, near, starts)
            for start, near in zip(starts, found, strict=True)
        ]

    def _candidates(self, take: Mono, starts: Sequence[int]) -> list[list[tuple[int, int]]]:
        """(sound, frame) of the coarsely nearest passages, for each of `starts`."""
        # Minus what all training sound has in common, which would make everything similar.
        frames = log_mel(take, self.rate) - self._mean
        last = len(frames) - self._frames
        at = [max(0, min(round(s * FRAMES_HZ / self.rate), last)) for s in starts]
        # Levels must not matter: a copied passage may be softer than its source.
        wanted = _level_free(np.stack([frames[a : a + self._frames] for a in at]))
        best: list[list[tuple[float, int, int]]] = [[] for _ in starts]
        for index, features in enumerate(self._log_mels):
            for first in range(0, len(features) - self._frames + 1, _BLOCK):
                block = features[first : first + _BLOCK + self._frames - 1]
                near = self._nearness(block - self._mean, wanted)
                for row, kept in zip(near, best, strict=True):
                    kept += [(float(row[p]), index, first + int(p)) for p in self._peaks(row)]
        return [
            [(index, frame) for _, index, frame in sorted(kept, key=_nearest_first)[: self._count]]
            for kept in best
        ]

    def _nearness(self, block: Frames, wanted: Frames) -> Frames:
        """Cosines of each wanted passage with each passage of `block` [wanted, passages].

        BLAS sums in an order that depends on the processor and on places in memory. Here every
        order gives the same: products are multiples of 2^-30, and sums of 9 600 of them have less
        than 53 bits.
        """
        count = len(block) - self._frames + 1
        products = np.zeros((len(wanted), count))
        # Frame by frame of the passage: windows of `block` need not be unfolded.
        for frame in range(self._frames):
            products += wanted[:, frame] @ block[frame : frame + count].T
        return np.asarray(products / _deviations(block, self._frames))

    def _peaks(self, row: Frames) -> NDArray[np.intp]:
        """The local minima of distance, only the nearest few."""
        # -2 is below every cosine, so the ends can be peaks.
        padded = np.pad(row, 1, constant_values=-2)
        peaks = np.flatnonzero((row >= padded[:-2]) & (row > padded[2:]))
        return peaks[np.argsort(-row[peaks], kind="stable")[: self._count]]

    @property
    def _count(self) -> int:
        return self.terms.candidates

    def _verified(
        self, take: Mono, start: int, near: Sequence[tuple[int, int]], starts: Sequence[int]
    ) -> Match:
        """The candidate along which most of the take is equal, of several the most similar."""
        passage = take[start : start + self.size]
        # The coarse search is exact to a frame only, so search two frames around its result.
        margin = -(-2 * self.rate // FRAMES_HZ)
        found = []
        for index, frame in near:
            sound = self.sounds[index]
            samples = sound.samples
            first = max(0, round(frame * self.rate / FRAMES_HZ) - margin)
            place, alike = best_place(passage, samples[first : first + self.size + 2 * margin])
            at = first + place
            # Only then can any of the take have been copied from here.
            copied_s = self._copied(take, samples, at - start, starts) if alike >= COPIED else 0.0
            at_s, recording_at_s = start / self.rate, (sound.start + at) / self.rate
            found.append(Match(at_s, sound.name, recording_at_s, round(alike, 4), copied_s))
        return max(found, key=_most_copied)

    def _copied(self, take: Mono, sound: Mono, lag: int, starts: Sequence[int]) -> float:
        """Seconds of `take` in passages that are `COPIED` when it is aligned with `sound`."""
        covered = np.zeros(take.size, bool)
        for start in starts:
            other = sound[max(0, start + lag) : start + lag + self.size]
            if start + lag >= 0 and other.size == self.size:
                passage = take[start : start + self.size]
                if similarity(passage, other) >= COPIED:
                    covered[start : start + self.size] = True
        return round(float(covered.sum()) / self.rate, 3)

    @cached_property
    def _log_mels(self) -> list[Frames]:
        return [log_mel(sound.samples, self.rate) for sound in self.sounds]

    @cached_property
    def _mean(self) -> Frames:
        """The mean log spectrum of the training sound [bands], common to all its passages."""
        return in_steps(np.concatenate(self._log_mels).mean(axis=0))


def _quantiles(values: Sequence[float]) -> tuple[float, ...]:
    return tuple(round(float(value), 4) for value in np.quantile(values, QUANTILES))


def _most_copied(match: Match) -> tuple[float, float]:
    return match.copied_s, match.similarity


def _nearest_first(found: tuple[float, int, int]) -> tuple[float, int, int]:
    return -found[0], found[1], found[2]


def _rms(samples: Mono) -> float:
    return float(np.sqrt(np.mean(samples.astype(np.float64) ** 2)))


def _level_free(passages: Frames) -> Frames:
    """Passages [N, frames, bands] without their mean, normalised to length 1."""
    free = passages - passages.mean(axis=(1, 2), keepdims=True)
    lengths = np.sqrt(np.sum(free * free, axis=(1, 2), keepdims=True))
    return in_steps(free / np.maximum(lengths, _LEVEL), _FINE)


def _deviations(block: Frames, frames: int) -> Frames:
    """The norm of each passage of `frames` without its mean [passages]."""
    sums = []
    for power in (1, 2):
        total = np.cumsum(np.sum(block**power, axis=1))
        sums.append(np.append(total[frames - 1], total[frames:] - total[:-frames]))
    squares = sums[1] - sums[0] ** 2 / (frames * block.shape[1])
    return np.asarray(np.sqrt(np.maximum(squares, _LEVEL**2)))
