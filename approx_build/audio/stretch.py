"""Stretching: changes the duration of a sound and keeps its pitch and its attacks.

A phase vocoder with phases locked around peaks (Puckette, Phase-locked vocoder, 1995; Laroche and
Dolson, Improved phase vocoder time-scale modification of audio, 1999). For every frame the sound is
analysed twice, one hop apart, so that phases advance by complex products alone and no angle is ever
computed. The hop of the result is constant, the positions in the source vary.

Attacks (after Roebel, A new approach to transient processing in the phase vocoder, 2003): the sound
is cut at its onsets. Each cut begins with half a frame of the source unchanged; the rest is
stretched so that onsets keep their positions, and no frame contains sound after a later onset.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from approx_build.audio.clip import Clip
from approx_build.audio.onsets import onsets
from approx_build.audio.spectrum import inverse_real_fft, real_fft
from approx_build.numerics.window import fade_in, hann

Sound = NDArray[np.float64]
"""Samples [C, T]."""

Bins = NDArray[np.float32]
"""Real or imaginary parts, frames by channels by frequencies [K, C, F] or [C, F]."""

FRAME_S = 0.07
"""The size of a frame is the next power of two above this number of samples: 4096 at 44.1 kHz."""

HOPS = 4
"""Hops per frame."""

JOIN_S = 0.005
"""Before an onset, the stretched sound crossfades into the source in this time, seconds."""

_BATCH = 64
"""Number of frames transformed together."""


@dataclass(frozen=True, slots=True)
class Warp:
    """Where samples of the source are in the result, and back, if the factor moves."""

    result: Callable[[float], float]
    source: Callable[[float], float]
    smallest: float
    """The smallest factor."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of the source and its position in the result, samples."""

    start: int
    stop: int
    onset: int
    length: int
    begins_struck: bool
    ends_struck: bool
    warp: Warp | None = None


def stretch(clip: Clip, length: int, keeps_attacks: bool = True, warp: Warp | None = None) -> Clip:
    """The clip in `length` samples [C, length], with unchanged pitch.

    Phases between channels are preserved. With `keeps_attacks`, attacks stay sharp; otherwise they
    smear over a frame. Without a `warp` it is stretched evenly.
    """
    if length == clip.length and warp is None:
        return clip
    size = frame_size(clip.rate)
    source = clip.data.astype(np.float64)
    result = np.zeros((clip.channels, length))
    join = max(1, round(JOIN_S * clip.rate))
    for span in _spans(clip, length, size, keeps_attacks, warp):
        result[:, span.onset : span.onset + span.length] = _stretched(source, span, size)
        if span.begins_struck and min(span.onset, span.start) >= join:
            rise = fade_in(join)
            before = result[:, span.onset - join : span.onset]
            before *= rise[::-1]
            before += source[:, span.start - join : span.start] * rise
    return clip.like(result)


def frame_size(rate: int) -> int:
    """Samples of a frame at a rate."""
    return 1 << max(6, (int(FRAME_S * rate) - 1).bit_length())


def _spans(
    clip: Clip, length: int, size: int, keeps_attacks: bool, warp: Warp | None
) -> list[Span]:
    """The source cut at its onsets, with the new lengths of its pieces."""
    factor = length / clip.length
    # A shortened piece must still have room for its unchanged head of half a frame.
    gap = max(size, int(0.75 * size / (warp.smallest if warp else factor)))
    struck = onsets(clip.data, clip.rate, gap) if keeps_attacks else []
    marks = [
        (start, round(warp.result(start) if warp else start * factor), start in struck)
        for start in sorted({0, *struck})
    ]
    marks.append((clip.length, length, False))
    return [
        Span(start, stop, onset, end - onset, begins, ends, warp)
        for (start, onset, begins), (stop, end, ends) in pairwise(marks)
    ]


def _stretched(source: Sound, span: Span, size: int) -> Sound:
    """The piece of the source at its new length [C, length]."""
    head = min(size // 2, span.length, span.stop - span.start) if span.begins_struck else 0
    result = np.zeros((source.shape[0], span.length))
    result[:, :head] = source[:, span.start : span.start + head]
    if head < span.length:
        result[:, head:] = _vocoded(source, span, head, size)
    return result


def _vocoded(source: Sound, span: Span, head: int, size: int) -> Sound:
    """A span without its head, from the phase vocoder [C, length - head]."""
    hop, length = size // HOPS, span.length - head
    window = hann(size)
    places = _places(span, head, hop, size)
    sound = np.zeros((source.shape[0], len(places) * hop + size))
    weight = np.zeros(sound.shape[1])
    last: tuple[Bins, Bins] | None = None
    for first in range(0, len(places), _BATCH):
        batch = places[first : first + _BATCH]
        now = _spectra(source, batch, span.start, window)
        before = _spectra(source, [place - hop for place in batch], span.start, window)
        turned = np.empty(now[0].shape, np.complex64)
        for k in range(len(batch)):
            here = now[0][k], now[1][k]
            if last is not None:
                here = _turned(here, _turns(here, (before[0][k], before[1][k]), last))
            last = here
            turned.real[k], turned.imag[k] = here
        for k, frame in enumerate(
            inverse_real_fft(turned, size).astype(np.float64) * window, first
        ):
            sound[:, k * hop : k * hop + size] += frame
            weight[k * hop : k * hop + size] += window * window
    middle = slice(size // 2, size // 2 + length)
    return sound[:, middle] / weight[middle]


def _places(span: Span, head: int, hop: int, size: int) -> list[int]:
    """The centres of the frames of a span in the source, one for every hop of the result."""
    begin, length = span.start + head, span.length - head
    slope = (span.stop - begin) / length
    # Frames must not reach the next onset; the last one before it is then repeated.
    latest = max(begin, span.stop - size // 2) if span.ends_struck else span.stop
    count = -(-length // hop) + 1
    if span.warp:
        first, last = (span.warp.source(span.onset + at) for at in (head, span.length))
        # What a curve makes of the whole span, for the rest after its unchanged head.
        scale = (span.stop - begin) / max(last - first, 1.0)
        ends = (span.warp.source(span.onset + head + k * hop) for k in range(count))
        return [min(begin + round((end - first) * scale), latest) for end in ends]
    return [min(begin + round(k * hop * slope), latest) for k in range(count)]


def _spectra(
    source: Sound, places: list[int], start: int, window: NDArray[np.float64]
) -> tuple[Bins, Bins]:
    """Real and imaginary parts [K, C, F] of frames centred on `places`, silent before `start`."""
    size = window.size
    frames = np.zeros((len(places), source.shape[0], size), np.float32)
    for frame, place in zip(frames, places, strict=True):
        first = place - size // 2
        low, high = max(first, start), min(first + size, source.shape[1])
        if low < high:
            inside = slice(low - first, high - first)
            frame[:, inside] = source[:, low:high] * window[inside]
    spectra = real_fft(frames)
    return spectra.real.copy(), spectra.imag.copy()


def _turns(
    now: tuple[Bins, Bins], before: tuple[Bins, Bins], last: tuple[Bins, Bins]
) -> tuple[Bins, Bins]:
    """For each frequency the turn [F] that advances the phase of the last frame.

    It is that of the nearest peak, and the same for all channels.
    """
    real = (last[0] * before[0] + last[1] * before[1]).sum(axis=0)
    imaginary = (last[1] * before[0] - last[0] * before[1]).sum(axis=0)
    nearest = _nearest_peaks((now[0] * now[0] + now[1] * now[1]).sum(axis=0))
    real, imaginary = real[nearest], imaginary[nearest]
    size = np.sqrt(real * real + imaginary * imaginary)
    # After silence there is no phase to advance: the frame keeps its own.
    is_known = size > np.finfo(np.float32).tiny
    size[~is_known] = 1
    return np.where(is_known, real / size, np.float32(1)), imaginary / size


def _turned(bins: tuple[Bins, Bins], turns: tuple[Bins, Bins]) -> tuple[Bins, Bins]:
    """Complex products of bins [C, F] and turns [F], by real and imaginary parts."""
    (real, imaginary), (cosine, sine) = bins, turns
    return real * cosine - imaginary * sine, real * sine + imaginary * cosine


def _nearest_peaks(power: Bins) -> NDArray[np.intp]:
    """For each frequency the index [F] of the spectral peak it belongs to."""
    inner = power[2:-2]
    # Strict on one side only: of equal neighbours, one is the peak.
    is_peak = (inner > power[1:-3]) & (inner > power[:-4])
    is_peak &= (inner >= power[3:-1]) & (inner >= power[4:])
    peaks = np.flatnonzero(is_peak) + 2
    if not peaks.size:
        return np.arange(power.size)
    edges = (peaks[1:] + peaks[:-1] + 1) // 2
    return np.asarray(peaks[np.searchsorted(edges, np.arange(power.size), side="right")])
