"""Stems: parts as 24-bit files, their exact sum, and the concatenation of files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from approx_build.audio import wav
from approx_build.audio.dither import FULL_SCALE, Floats, Quantiser
from approx_build.audio.wav_writer import Target
from approx_build.errors import AudioError
from approx_build.numerics.stream import Stream

Ints = NDArray[np.int32]


def write_stem(
    target: Target,
    blocks: Iterable[Floats],
    rate: int,
    channels: int,
    stream: Stream | None,
    name: str = "the stem",
    start: int = 0,
) -> None:
    """Write blocks of sound, from sample `start` on, as 24-bit WAV, dithered from `stream`.

    AudioError after the last block when a sample does not fit; the file is then unusable.
    """
    quantiser = Quantiser(name, rate, stream, start=start)
    with wav.IntWriter(target, rate, channels) as writer:
        for block in blocks:
            writer.write(quantiser.block(block))
    # Only now, so that the error names the loudest of all samples.
    quantiser.finish()


def sum_blocks(paths: Sequence[wav.AnyPath], block: int = wav.BLOCK) -> Iterator[Ints]:
    """The exact sum of 24-bit stems of one length, block by block [C, T]; may exceed 24 bits."""
    _check_alike(paths)
    for start, stop in wav.blocks(paths[0], block):
        # In 64 bits, because many stems can exceed 32 before the sum is checked.
        total = wav.read_pcm24_ints(paths[0], start, stop).astype(np.int64)
        for path in paths[1:]:
            total += wav.read_pcm24_ints(path, start, stop)
        if max(int(total.max()), -int(total.min())) >= 1 << 31:
            raise AudioError(f"the sum of {len(paths)} stems is louder than a mix can hold")
        yield total.astype(np.int32)


def write_sum(target: Target, paths: Sequence[wav.AnyPath], block: int = wav.BLOCK) -> None:
    """Write the exact sum of stems as 32-bit integers, in units of the stems' last place.

    A player would play it 48 dB too soft, because the upper bits are for sums beyond full scale.
    """
    found = wav.info(paths[0])
    with wav.IntWriter(target, found.rate, found.channels, bits=32) as writer:
        for total in sum_blocks(paths, block):
            writer.write(total)


def write_float_sum(
    target: Target, paths: Sequence[wav.AnyPath], rate: int, channels: int, length: int
) -> float:
    """Write the sum of stems, of none silence, as float32 WAV at their level; its peak.

    Exact up to 6 dB above full scale, because float32 holds integers of 25 bits.
    """
    peak = 0
    with wav.FloatWriter(target, rate, channels) as writer:
        for total in sum_blocks(paths) if paths else _silent_blocks(channels, length):
            peak = max(peak, int(total.max()), -int(total.min()))
            writer.write(total * (1.0 / FULL_SCALE))
    return peak / FULL_SCALE


def joined_blocks(paths: Sequence[wav.AnyPath], gap: int) -> Iterator[Ints]:
    """24-bit files in order, with `gap` samples of exact silence between them [C, T]."""
    _check_alike(paths, lengths=False)
    channels = wav.info(paths[0]).channels
    for number, path in enumerate(paths):
        yield from _silent_blocks(channels, gap if number else 0)
        for start, stop in wav.blocks(path):
            yield wav.read_pcm24_ints(path, start, stop)


def write_joined(target: Target, paths: Sequence[wav.AnyPath], gap: int) -> None:
    """Write 24-bit files in order, with `gap` samples of exact silence between them."""
    found = wav.info(paths[0])
    with wav.IntWriter(target, found.rate, found.channels) as writer:
        for block in joined_blocks(paths, gap):
            writer.write(block)


def _silent_blocks(channels: int, length: int) -> Iterator[Ints]:
    for start in range(0, length, wav.BLOCK):
        yield np.zeros((channels, min(wav.BLOCK, length - start)), np.int32)


def _check_alike(paths: Sequence[wav.AnyPath], lengths: bool = True) -> None:
    """AudioError when files differ in rate or channels, or in length if that matters."""
    if not paths:
        raise AudioError("there is nothing to put together: no files were given")
    first = wav.info(paths[0])
    for path in paths[1:]:
        other = wav.info(path)
        if other[:2] != first[:2] or (lengths and other.length != first.length):
            raise AudioError(
                f"{path} ({other.channels} channels at {other.rate} Hz, {other.length} samples) "
                f"does not match {paths[0]} ({first.channels} at {first.rate} Hz, "
                f"{first.length} samples)"
            )
