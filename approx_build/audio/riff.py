"""WAV headers: reads those of RIFF and RF64 files, and writes our own.

RIFF WAVE (Microsoft, Multimedia Programming Interface 1.0, 1991) and RF64 (EBU Tech 3306, 2009).
Our headers are always 94 bytes long: a `JUNK` chunk reserves space for RF64's `ds64` chunk, so if a
file exceeds 4 GiB while it is written, only its header must be rewritten. No chunk contains a date
or a program's name: equal samples make equal files.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO

from approx_build.audio.chunks import Little, beyond

PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
UNKNOWN = 0xFFFFFFFF
"""The size field of an RF64 file, whose value is in `ds64`, or of an unfinished stream."""
UNFINISHED = {0, 0x7FFFF000, 0x7FFFFFFF, 0x80000000, UNKNOWN, 0xFFFFFFFFFFFFFFFF}
"""Sizes that programs write before they know the true one."""
HEADER_SIZE = 94


@dataclass(frozen=True, slots=True)
class Header:
    """The position and coding of the samples of a WAV file; `start` and `size` in bytes.

    `bits` is the size of a sample, whose lowest bits may be unused. `beyond` is the number of bytes
    after the sound that no chunk explains. `is_finished` is False if the header does not contain
    the length of the sound; then `size` reaches to the end of the file.
    """

    code: int
    bits: int
    channels: int
    rate: int
    start: int
    size: int
    beyond: int = 0
    is_finished: bool = True

    @property
    def frame_size(self) -> int:
        """Bytes of one sample of all channels."""
        return self.channels * self.bits // 8

    @property
    def length(self) -> int:
        """Length in samples."""
        return self.size // self.frame_size


def header_bytes(code: int, bits: int, channels: int, rate: int, length: int) -> bytes:
    """The header of a WAV file of `length` samples; RF64 when its size exceeds that of RIFF."""
    frame = channels * bits // 8
    size = length * frame
    # RIFF counts neither its own name nor its size field.
    whole = HEADER_SIZE - 8 + size + size % 2
    fmt = struct.pack("<HHIIHHH", code, channels, rate, rate * frame, frame, bits, 0)
    if whole < UNKNOWN:
        head = struct.pack("<4sI4s4sI28x", b"RIFF", whole, b"WAVE", b"JUNK", 28)
    else:
        sizes = struct.pack("<QQQI", whole, size, length, 0)
        head = struct.pack("<4sI4s4sI", b"RF64", UNKNOWN, b"WAVE", b"ds64", 28) + sizes
    return b"".join(
        (
            head,
            struct.pack("<4sI", b"fmt ", len(fmt)) + fmt,
            # The field has 32 bits; the length of a longer file is in `ds64`.
            struct.pack("<4sII", b"fact", 4, min(length, UNKNOWN)),
            struct.pack("<4sI", b"data", size if whole < UNKNOWN else UNKNOWN),
        )
    )


def read_header(file: BinaryIO) -> Header | None:
    """The header of a WAV file, or None when the file is no WAV file.

    ValueError when the header contradicts itself. `size` is the size in the header, which may
    exceed that of the file.
    """
    head = file.read(12)
    if len(head) < 12 or head[:4] not in (b"RIFF", b"RF64") or head[8:] != b"WAVE":
        return None
    fmt, long_size = b"", None
    while len(chunk := file.read(8)) == 8:
        name, size = struct.unpack("<4sI", chunk)
        if name == b"data":
            start = file.tell()
            if size == UNKNOWN and long_size is not None:
                size = long_size
            return _measured(file, fmt, start, size)
        # A wrong size must not read the whole file into memory.
        body = file.read(min(size, 64)) if name in (b"fmt ", b"ds64") else b""
        file.seek(size + size % 2 - len(body), 1)
        if name == b"fmt ":
            fmt = body
        elif name == b"ds64" and len(body) >= 16:
            long_size = struct.unpack_from("<Q", body, 8)[0]
    raise ValueError("it has no sound in it (no data chunk)")


def _measured(file: BinaryIO, fmt: bytes, start: int, size: int) -> Header:
    """The header from the body of the fmt chunk, with the size found in the file."""
    there = file.seek(0, 2) - start
    is_finished = True
    # 0 is also the true size of an empty sound; the bytes that follow distinguish the two.
    if size in UNFINISHED and (size > there or beyond(file, start + size, Little)):
        size, is_finished = there, False
    more = beyond(file, start + size, Little) if size < there else 0
    return _described(fmt, start, size, more, is_finished)


def _described(fmt: bytes, start: int, size: int, more: int, is_finished: bool) -> Header:
    if len(fmt) < 16:
        raise ValueError("its header does not say how it is coded (no fmt chunk)")
    code, channels, rate, _, frame, bits = struct.unpack_from("<HHIIHH", fmt)
    # The true coding is in the first two bytes of the subformat's GUID.
    if code == EXTENSIBLE and len(fmt) >= 26:
        code = struct.unpack_from("<H", fmt, 24)[0]
    if (
        not channels
        or not rate
        or (code in (PCM, FLOAT) and not _fits(code, frame, channels, bits))
    ):
        raise ValueError("its header contradicts itself (fmt chunk)")
    if code == PCM:
        # A sample fills whole bytes from the top: 20 bits are stored in 3 bytes, 12 bits in 2.
        bits = frame // channels * 8
    return Header(code, bits, channels, rate, start, size, more, is_finished)


def _fits(code: int, frame: int, channels: int, bits: int) -> bool:
    """Whether samples of this many bits fill a frame of this many bytes."""
    if code == FLOAT:
        return frame * 8 == channels * bits
    return frame == channels * ((bits + 7) // 8) or (
        0 < bits <= frame // channels * 8 <= 32 and frame % channels == 0
    )
