"""Duplicates: recordings with the same file, the same sound, or the same performance.

Equal files have equal digests; equal sounds have equal samples, whatever the container
(`audio.wav.samples_digest`). A performance that was encoded, resampled, made louder or softer, cut
or shifted is recognised by its fingerprint: following Haitsma and Kalker (A highly robust audio
fingerprinting system, ISMIR 2002), the differences of band levels across bands and over time, here
kept as numbers and compared by their normalised cross-correlation at every shift. The first
difference cancels a change of gain, the second a change of spectral colour.

Levels of 32 triangular bands from 100 to 3400 Hz, equally spaced by ratio, of the mean of the
channels at 8 kHz, frames of 256 ms every 32 ms, at most 60 dB below the loudest band; less the
frame's mean level; less the same two frames before. Two recordings are alike when at some shift
they overlap by at least 4 s and half the shorter one, with a correlation of at least 0.8. Across
the 276 pairs of the shipped corpora it is 0.31 at most; for MP3 at -3 dB, shifts and excerpts of 4
s it is 0.9 and more. Recordings shorter than 4 s are compared by their samples alone; other speeds
and pitches are not found.

Off the path of a sample: it compares recordings and makes no sound.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from approx_build.audio import wav
from approx_build.audio.resample import converted
from approx_build.audio.spectrum import fast_size, in_bands, inverse_real_fft, real_fft

Fingerprint = NDArray[np.float32]
"""Differences of band levels in dB [frames, bands]."""

RATE = 8000
SIZE, HOP = 2048, 256
BANDS = 32
LOW_HZ, HIGH_HZ = 100.0, 3400.0
DEPTH_DB = 60.0
STEADY_DB = 0.5
"""Fingerprints with a smaller mean change are not compared: steady tones are too alike."""
LEAST_S, LEAST_SHARE = 4.0, 0.5
ALIKE = 0.8
_BLOCK_S = 60
_FRAMES_AT_ONCE = 1024


class Similarity(StrEnum):
    """In what respect two recordings are the same."""

    FILE = "the same file"
    SOUND = "the same sound in another file"
    PERFORMANCE = "the same performance"


@dataclass(frozen=True, slots=True)
class Match:
    """How well the second of two recordings fits the first, and where it begins in the first, s."""

    correlation: float
    start_s: float


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Two recordings that are the same; only performances have a match."""

    first: str
    second: str
    similarity: Similarity
    match: Match | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """The identity of a recording: digests of its bytes and samples, and a fingerprint."""

    digest: str
    samples_digest: str
    fingerprint: Fingerprint


def identity(path: Path, digest: str) -> Identity:
    """The identity of the file at `path`, whose bytes have `digest`; AudioError as in `wav`."""
    return Identity(digest, wav.samples_digest(path), fingerprint(path))


def duplicates(
    identities: Mapping[str, Identity], among: Collection[str] | None = None
) -> Iterator[Duplicate]:
    """Every pair of duplicates, by name; with `among`, only pairs with one of these names."""
    for first, second in combinations(identities, 2):
        if among is None or first in among or second in among:
            found = _similarity(identities[first], identities[second])
            if found:
                yield Duplicate(first, second, *found)


def _similarity(a: Identity, b: Identity) -> tuple[Similarity, Match | None] | None:
    if a.digest == b.digest:
        return Similarity.FILE, None
    if a.samples_digest == b.samples_digest:
        return Similarity.SOUND, None
    match = best_match(a.fingerprint, b.fingerprint)
    is_alike = match is not None and match.correlation >= ALIKE
    return (Similarity.PERFORMANCE, match) if is_alike else None


def best_match(a: Fingerprint, b: Fingerprint) -> Match | None:
    """The shift at which `b` fits `a` best; None when their overlap is too short."""
    least = max(LEAST_S * RATE / HOP, LEAST_SHARE * min(len(a), len(b)))
    shifts = np.arange(1 - len(b), len(a))
    starts, stops = np.maximum(shifts, 0), np.minimum(shifts + len(b), len(a))
    if not (stops - starts).max(initial=0) >= least:
        return None
    # The correlation at every shift at once: a product of spectra, summed over the bands.
    # As many places as there are shifts: the transform is cyclic, and shifts must not share one.
    size = fast_size(len(a) + len(b) - 1)
    spectra = real_fft(a.T, size) * np.conj(real_fft(b.T, size))
    products = inverse_real_fft(spectra.sum(axis=0), size)[shifts % size]
    energy_a, energy_b = (np.cumsum(np.append(0.0, _energies(each))) for each in (a, b))
    overlaps = stops - starts
    power = (energy_a[stops] - energy_a[starts]) * (
        energy_b[stops - shifts] - energy_b[starts - shifts]
    )
    # With this floor, steady tones, which change too little, do not correlate.
    floor = STEADY_DB**2 * BANDS * overlaps
    fits = np.where(overlaps >= least, products / np.maximum(np.sqrt(power), floor), -1.0)
    best = int(fits.argmax())
    return Match(round(float(fits[best]), 3), round(int(shifts[best]) * HOP / RATE, 2))


def _energies(fingerprint: Fingerprint) -> NDArray[np.float64]:
    return np.asarray((fingerprint.astype(np.float64) ** 2).sum(axis=1))


def fingerprint(path: Path) -> Fingerprint:
    """The fingerprint of a sound file, read block by block; AudioError as in `wav.read`."""
    return fingerprint_of(np.concatenate(list(_slow_blocks(path))))


def fingerprint_of(samples: NDArray[np.float32]) -> Fingerprint:
    """The fingerprint of one channel at 8 kHz [T]."""
    padded = np.pad(samples, (0, max(0, SIZE - len(samples))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, SIZE)[::HOP]
    powers = [
        _powers(frames[first : first + _FRAMES_AT_ONCE])
        for first in range(0, len(frames), _FRAMES_AT_ONCE)
    ]
    # NumPy's logarithm is good enough: fingerprints are compared with a tolerance.
    levels = 10 * np.log10(np.concatenate(powers) + np.float32(1e-20))
    levels = np.maximum(levels, levels.max() - DEPTH_DB)
    levels -= levels.mean(axis=1, keepdims=True)
    return np.asarray(levels[2:] - levels[:-2], np.float32)


def _slow_blocks(path: Path) -> Iterator[NDArray[np.float32]]:
    """The mean of the channels at 8 kHz, a minute at a time."""
    rate = wav.info(path).rate
    for start, stop in wav.blocks(path, _BLOCK_S * rate):
        mono = wav.read(path, start, stop).data.mean(axis=0)
        # Each minute is converted alone; its ends suffer, but fingerprints are compared with a
        # tolerance.
        yield np.asarray(converted(mono, rate, RATE) if rate != RATE else mono, np.float32)


def _powers(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    """Power of each band of each frame [frames, bands]."""
    spectra = real_fft(frames, window=_window())
    return np.asarray(in_bands(spectra.real**2 + spectra.imag**2, _bands()), np.float32)


@cache
def _window() -> NDArray[np.float64]:
    return np.hanning(SIZE)


@cache
def _bands() -> NDArray[np.float32]:
    """The weight of each bin in each band [bins, bands]; a band between bins uses the nearest."""
    edges = np.geomspace(LOW_HZ, HIGH_HZ, BANDS + 2) * SIZE / RATE
    low, middle, high = (edges[i : i + BANDS] for i in range(3))
    bins = np.arange(SIZE // 2 + 1)[:, None]
    weights = np.clip(
        np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle)), 0, 1
    )
    narrow = np.flatnonzero(weights.sum(axis=0) == 0)
    weights[np.rint(middle[narrow]).astype(int), narrow] = 1
    return weights.astype(np.float32)
