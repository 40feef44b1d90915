"""Sound files: reads everything that libsndfile reads, and writes reproducible WAV files.

Integers are never made from floats here: `audio.dither` rounds and dithers, because libsndfile
rounds down. WAV files of PCM and float samples are read without libsndfile (`sndfile` reads the
others).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from math import ldexp
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from approx_build.audio import sndfile
from approx_build.audio.clip import Clip
from approx_build.audio.foreign import AnyPath
from approx_build.audio.lengths import lost
from approx_build.audio.riff import FLOAT, PCM, Header, read_header
from approx_build.audio.wav_writer import FloatWriter, IntWriter, write_float, write_pcm24
from approx_build.errors import AudioError
from approx_build.files.opening import open_regular

__all__ = [
    "BLOCK",
    "AnyPath",
    "ClipFile",
    "FloatWriter",
    "Info",
    "IntWriter",
    "blocks",
    "info",
    "mapped",
    "read",
    "read_ints",
    "read_pcm24_ints",
    "samples_digest",
    "write_float",
    "write_pcm24",
]

Ints = NDArray[np.int32]

_WHOLE = "-ignore_length 1 "
"""What makes ffmpeg read a WAV file to its end."""
BLOCK = 1 << 18
"""Samples read at once from a file that is read block by block."""
_OWN = {
    (PCM, 8): "PCM_U8",
    (PCM, 16): "PCM_16",
    (PCM, 24): "PCM_24",
    (PCM, 32): "PCM_32",
    (FLOAT, 32): "FLOAT",
    (FLOAT, 64): "DOUBLE",
}
_DTYPES = {"PCM_U8": "u1", "PCM_16": "<i2", "PCM_32": "<i4", "FLOAT": "<f4", "DOUBLE": "<f8"}


class Info(NamedTuple):
    """A sound file: rate in Hz, channels, length in samples, coding of a sample."""

    rate: int
    channels: int
    length: int
    subtype: str


def info(path: AnyPath, max_channels: int | None = None) -> Info:
    """The description of the file. AudioError when it is no sound, damaged, empty or has too many
    channels.

    `max_channels` is the largest number that the caller can use.
    """
    header = _own_header(path)
    if header is None:
        with sndfile.opened(path) as file:
            found = Info(file.samplerate, file.channels, file.frames, file.subtype)
    else:
        subtype = _OWN[header.code, header.bits]
        found = Info(header.rate, header.channels, header.length, subtype)
    if found.length == 0:
        raise AudioError(f"{path}: the file is empty: it has no samples")
    if max_channels is not None and found.channels > max_channels:
        raise AudioError(
            f"{path}: the file has {found.channels} channels; at most {max_channels} can be used"
        )
    return found


def read(
    path: AnyPath, start: int = 0, stop: int | None = None, max_channels: int | None = None
) -> Clip:
    """Samples `start` to `stop` (default: the end) as a clip, full scale 1.0.

    AudioError as in `info`, when the range is not inside the file, or when a sample is not finite.
    """
    found = info(path, max_channels)
    data = _samples(path, found, *_checked_range(path, found, start, stop))
    if data.dtype.kind == "i":
        scaled = data.astype(np.float64) * ldexp(1.0, 1 - sndfile.int_bits(found.subtype))
        return Clip(scaled.astype(np.float32), found.rate)
    # A float64 beyond float32 becomes infinite, which is refused below without a warning.
    with np.errstate(over="ignore"):
        floats = data.astype(np.float32, copy=False)
    if not np.isfinite(floats).all():
        bad = int(np.flatnonzero(~np.isfinite(floats).all(axis=0))[0]) + start
        raise AudioError(f"{path}: sample {bad} is not a number (NaN or infinite)")
    return Clip(floats, found.rate)


@dataclass(frozen=True, slots=True)
class ClipFile:
    """A sound file whose samples are read when they are needed; otherwise like a `Clip`."""

    path: AnyPath
    rate: int
    channels: int
    length: int

    @classmethod
    def at(cls, path: AnyPath) -> ClipFile:
        """The file at `path`; AudioError as in `info`."""
        found = info(path)
        return cls(path, found.rate, found.channels, found.length)

    def cut(self, start: int, stop: int) -> Clip:
        """Samples `start` to `stop`; AudioError as in `read`."""
        return read(self.path, start, stop)


def mapped(path: AnyPath) -> NDArray[np.float32]:
    """The samples [C, T] of a WAV of float32, read from the disk when they are accessed.

    Unlike `read`, it returns an empty array for a file without samples.
    """
    header = _own_header(path)
    if header is None or (header.code, header.bits) != (FLOAT, 32):
        raise AudioError(f"{path}: not a WAV of 32-bit floats")
    # An empty range cannot be mapped.
    if header.length == 0:
        return np.zeros((header.channels, 0), np.float32)
    shape = (header.length, header.channels)
    with open_regular(path) as file:
        return np.memmap(file, "<f4", mode="r", offset=header.start, shape=shape).T


def read_ints(path: AnyPath, start: int = 0, stop: int | None = None) -> Ints:
    """Samples as the integers in the file [C, T]; AudioError when they are not integers."""
    found = info(path)
    if not found.subtype.startswith("PCM_"):
        raise AudioError(f"{path}: the samples are {found.subtype}, not integers")
    start, stop = _checked_range(path, found, start, stop)
    return _samples(path, found, start, stop).astype(np.int32, copy=False)


def read_pcm24_ints(path: AnyPath, start: int = 0, stop: int | None = None) -> Ints:
    """Samples of a 24-bit file as integers from -2^23 to 2^23 - 1 [C, T]."""
    subtype = info(path).subtype
    if subtype != "PCM_24":
        raise AudioError(f"{path}: the samples are {subtype}; 24-bit integers are needed")
    return read_ints(path, start, stop)


def blocks(path: AnyPath, size: int = BLOCK) -> Iterator[tuple[int, int]]:
    """The ranges (start, stop) of the file in steps of `size` samples."""
    length = info(path).length
    for start in range(0, length, size):
        yield start, min(start + size, length)


def samples_digest(path: AnyPath) -> str:
    """SHA-256 of the sound alone: rate, channels and samples, in any container.

    Integers count by their value at full scale, so the same 24-bit sound has one digest as WAV,
    RF64 and FLAC; floats count as float64.
    """
    found = info(path)
    digest = sha256(f"{found.rate} {found.channels} {sndfile.is_pcm(found.subtype)}\n".encode())
    for start, stop in blocks(path):
        data = _samples(path, found, start, stop)
        if data.dtype.kind == "i":
            canonical = (data.astype(np.int32) << (32 - sndfile.int_bits(found.subtype))).astype(
                "<i4"
            )
        else:
            canonical = data.astype("<f8")
        digest.update(np.ascontiguousarray(canonical.T).data)
    return digest.hexdigest()


def _checked_range(path: AnyPath, found: Info, start: int, stop: int | None) -> tuple[int, int]:
    stop = found.length if stop is None else stop
    if not 0 <= start <= stop <= found.length:
        raise AudioError(
            f"{path}: samples {start} to {stop} are not inside the file ({found.length} samples)"
        )
    return start, stop


def _own_header(path: AnyPath) -> Header | None:
    """The header of a WAV file we read ourselves; None when libsndfile must."""
    with sndfile.open_sound(path) as file:
        try:
            header = read_header(file)
        except ValueError as error:
            raise AudioError(f"{path}: not a usable WAV file: {error}") from None
        there = file.seek(0, os.SEEK_END)
    if there == 0:
        raise AudioError(f"{path}: the file is empty (0 bytes)")
    if header is None:
        return None
    _check_size(path, header, there)
    return header if (header.code, header.bits) in _OWN else None


def _check_size(path: AnyPath, header: Header, there: int) -> None:
    """AudioError when a file has fewer or more bytes than its header says."""
    is_own = (header.code, header.bits) in _OWN
    # For other codings the size of a sample is unknown, so bytes are counted.
    second, unit = (header.rate * header.frame_size, "s") if is_own else (1, "bytes")
    size, missing = header.size / second, header.start + header.size - there
    if missing > 0:
        words = f"truncated: its header promises {size:.2f} {unit}, {missing} bytes are missing"
        raise lost(path, words, _WHOLE)
    # Fewer bytes than one per channel cannot be a sample.
    if header.beyond and header.beyond >= header.channels:
        more = header.beyond / second
        words = f"its header counts {size:.2f} {unit} of sound, and {more:.2f} {unit} more follow"
        raise lost(path, words, _WHOLE)
    if not header.is_finished and not is_own:
        words = "its header does not say how long it is: it was never finished"
        raise lost(path, words, _WHOLE)


def _samples(path: AnyPath, found: Info, start: int, stop: int) -> NDArray[Any]:
    """Samples [C, T]: right-justified integers or floats."""
    header = _own_header(path)
    if header is None:
        return sndfile.samples(path, start, stop)
    count = (stop - start) * header.channels
    offset = header.start + start * header.frame_size
    flat: NDArray[Any]
    with open_regular(path) as file:
        if header.bits == 24:
            flat = _unpack24(np.fromfile(file, np.uint8, count * 3, offset=offset))
        else:
            flat = np.fromfile(file, _DTYPES[found.subtype], count, offset=offset)
    if header.bits == 8:
        # Samples of 8 bits, and only those, are unsigned in WAV files.
        flat = flat.astype(np.int16) - 128
    return np.ascontiguousarray(flat.reshape(-1, header.channels).T)


def _unpack24(raw: NDArray[np.uint8]) -> Ints:
    """Bytes of 24-bit little-endian integers as int32."""
    wide = np.zeros((raw.size // 3, 4), np.uint8)
    wide[:, 1:] = raw.reshape(-1, 3)
    # The bytes are the upper three: the shift back extends the sign.
    return np.asarray(wide.view("<i4")[:, 0] >> 8, np.int32)
