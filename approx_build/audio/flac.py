"""FLAC: counts the samples of a file by its last frame (RFC 9639).

A program that writes to a pipe leaves the number of samples in the head at 0, for unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import BinaryIO

_MARK = b"fLaC"
_SEARCHED = 1 << 21
"""Bytes at the end that are searched for the last frame: more than the longest frame has."""
_COUNT = 21
"""Where in a file the five bytes with the number of samples (36 bits) begin."""
_BLOCK = 1 << 20
_CANDIDATES = 4
"""Candidates for the last frame: more than one only by chance, or if it is cut off."""


@dataclass(frozen=True, slots=True)
class Content:
    """Number of samples in the header (0: unknown) and in the frames, and the rate in Hz.

    `is_whole` is False if the last frame is cut off, `is_alone` if another file follows.
    """

    promised: int
    held: int
    is_whole: bool
    rate: int
    is_alone: bool


def content(file: BinaryIO) -> Content | None:
    """The content of an open FLAC file; None if it is no FLAC file, or no frame can be found."""
    file.seek(0)
    head = file.read(42)
    # The first block must be STREAMINFO, whose type is 0 (RFC 9639, section 8.2).
    if head[:4] != _MARK or len(head) < 42 or head[4] & 0x7F:
        return None
    block, rate = int.from_bytes(head[8:10], "big"), int.from_bytes(head[18:21], "big") >> 4
    promised = int.from_bytes(head[_COUNT : _COUNT + 5], "big") & 0xFFFFFFFFF
    begin = _first_frame(file)
    end = _end_without_tags(file)
    start = max(begin, end - _SEARCHED)
    file.seek(start)
    found = _last_frame(file.read(max(0, end - start)), block)
    if found is None or not rate:
        return None
    return Content(promised, *found, rate, not _has_another(file, begin))


def patched_head(file: BinaryIO, samples: int) -> bytes:
    """The first bytes of the file, with this number of samples."""
    file.seek(0)
    head = bytearray(file.read(_COUNT + 5))
    head[_COUNT] = head[_COUNT] & 0xF0 | samples >> 32
    head[_COUNT + 1 :] = (samples & 0xFFFFFFFF).to_bytes(4, "big")
    return bytes(head)


def _first_frame(file: BinaryIO) -> int:
    """The position after the blocks of the header."""
    place = 4
    while True:
        file.seek(place)
        block = file.read(4)
        if len(block) < 4:
            return place
        place += 4 + int.from_bytes(block[1:], "big")
        if block[0] & 0x80:
            return place


def _last_frame(tail: bytes, block: int) -> tuple[int, bool] | None:
    """The samples up to the end of the last frame, and whether it is whole."""
    nearest, place = None, len(tail)
    for _ in range(_CANDIDATES):
        found = None
        while found is None and (place := tail.rfind(b"\xff", 0, place)) >= 0:
            found = _frame_end(tail[place : place + 16], block)
        if found is None:
            break
        # Sound may look like the head of a frame, but it does not end with the frame's checksum.
        if _is_whole(tail[place:]):
            return found, True
        nearest = nearest or (found, False)
    return nearest


def _end_without_tags(file: BinaryIO) -> int:
    """The end of the file without the tags that some programs append, as to an MP3: ID3v1, APE."""
    end = file.seek(0, 2)
    if _at(file, end - 128, 3) == b"TAG":
        end -= 128
    footer = _at(file, end - 32, 32)
    if footer[:8] == b"APETAGEX":
        # The size counts the footer, but not the header, which is there if the highest flag is set.
        size = int.from_bytes(footer[12:16], "little")
        end -= min(end, size + (32 if footer[23] & 0x80 else 0))
    return end


def _at(file: BinaryIO, place: int, size: int) -> bytes:
    file.seek(max(0, place))
    return file.read(size)


def _frame_end(head: bytes, block: int) -> int | None:
    """The samples up to the end of the frame with this head; None if it is no head of a frame."""
    # Sync code, codes of size and rate, channels, and a reserved bit: RFC 9639, section 9.1.
    if len(head) < 6 or head[0] != 0xFF or head[1] & 0xFE != 0xF8:
        return None
    size, rate = head[2] >> 4, head[2] & 0xF
    if size == 0 or rate == 15 or head[3] >> 4 > 10 or head[3] & 1:
        return None
    number, place = _number(head[4:])
    if number is None:
        return None
    place += 4
    length, used = _block_size(size, head[place:])
    # With these codes, the rate itself follows in one or two bytes.
    place += used + {12: 1, 13: 2, 14: 2}.get(rate, 0)
    if place >= len(head) or _crc8(head[:place]) != head[place]:
        return None
    # Frames of constant size contain their number, other frames the position of their first sample.
    return number + length if head[1] & 1 else number * block + length


def _number(coded: bytes) -> tuple[int | None, int]:
    """A number coded as UTF-8 codes, and its bytes."""
    leading = 8 - (coded[0] ^ 0xFF).bit_length()
    if leading == 0:
        return coded[0], 1
    rest = coded[1:leading]
    if leading in (1, 8) or any(byte & 0xC0 != 0x80 for byte in rest):
        return None, 0
    value = coded[0] & (0x7F >> leading)
    for byte in rest:
        value = value << 6 | byte & 0x3F
    return value, leading


def _block_size(code: int, rest: bytes) -> tuple[int, int]:
    """Samples of a frame from its code, and the bytes after the number that contain them."""
    if code == 1:
        return 192, 0
    if code <= 5:
        return 576 << (code - 2), 0
    if code == 6:
        return (rest[0] if rest else 0) + 1, 1
    if code == 7:
        return int.from_bytes(rest[:2], "big") + 1, 2
    return 256 << (code - 8), 0


def _crc8(data: bytes) -> int:
    value = 0
    for byte in data:
        value = _table(8, 0x07)[value ^ byte]
    return value


def _is_whole(data: bytes) -> bool:
    """Whether the last frame ends with its checksum, perhaps before a tag or zeros."""
    value, table = 0, _table(16, 0x8005)
    for byte in data:
        value = (value << 8 & 0xFF00) ^ table[value >> 8 ^ byte]
    # Data that end with their own checksum have checksum 0, and zeros after them keep it.
    return value == 0


@cache
def _table(bits: int, polynomial: int) -> tuple[int, ...]:
    """The table of a checksum, most significant bit first."""
    top, mask, values = 1 << (bits - 1), (1 << bits) - 1, []
    for byte in range(256):
        value = byte << (bits - 8)
        for _ in range(8):
            value = (value << 1 ^ polynomial if value & top else value << 1) & mask
        values.append(value)
    return tuple(values)


def _has_another(file: BinaryIO, begin: int) -> bool:
    """Whether a second file follows the first: its marker and the head of its first block."""
    # STREAMINFO has 0x22 bytes; the top bit of its type is set where no other block follows.
    mark, before = _MARK + b"\x00\x00\x00\x22", b""
    file.seek(begin)
    while block := file.read(_BLOCK):
        if mark in before + block or _MARK + b"\x80\x00\x00\x22" in before + block:
            return True
        # The mark may begin in one block and end in the next.
        before = block[-8:]
    return False
