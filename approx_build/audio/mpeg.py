"""MPEG audio (MP3): counts the frames of a file, and makes an index frame if there is none.

ISO/IEC 11172-3 and 13818-3. A file may begin with an index frame (Xing's, or Fraunhofer's VBRI).
Otherwise libsndfile guesses its length from its first bit rate, and does not play beyond that.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

_VERSION_1 = 3
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_KBITS = {
    (True, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_SEARCHED = 1 << 16
"""Bytes that are searched for the first frame, or for the next frame after damage."""
_TAGS = (b"TAG", b"APETAGEX", b"LYRICSBEGIN", b"ID3")


class Frame(NamedTuple):
    """The head of a frame: layer, Hz, samples, bytes, and the bits that may not change."""

    layer: int
    rate: int
    samples: int
    size: int
    kind: int


@dataclass(frozen=True, slots=True)
class Frames:
    """The frames of a file: where its sound begins, their samples, and the number in the index.

    `indexed` is the number of frames in the index frame, None without an index. `lost` are bytes
    between and after the frames that belong to no frame.
    """

    first: Frame
    start: int
    count: int
    indexed: int | None
    lost: int

    @property
    def length_s(self) -> float:
        """Seconds of all frames."""
        return self.count * self.first.samples / self.first.rate

    @property
    def indexed_s(self) -> float:
        """Seconds of the frames in the index."""
        return (self.indexed or 0) * self.first.samples / self.first.rate


def frame(head: bytes) -> Frame | None:
    """The frame that begins with these four bytes; None if they are not the head of a frame."""
    bits = int.from_bytes(head[:4], "big")
    version, layer = bits >> 19 & 3, 4 - (bits >> 17 & 3)
    kbits, rate = bits >> 12 & 15, bits >> 10 & 3
    if bits >> 21 != 0x7FF or version == 1 or layer == 4 or kbits in (0, 15) or rate == 3:
        return None
    hz, is_first = _RATES[version][rate], version == _VERSION_1
    speed, padding = _KBITS[is_first, layer][kbits - 1] * 1000, bits >> 9 & 1
    # `kind` has sync, version, layer and rate, without the bits that may change: bit rate, padding,
    # checksum.
    if layer == 1:
        return Frame(1, hz, 384, (12 * speed // hz + padding) * 4, bits & 0xFFFE0C00)
    samples = 1152 if layer == 2 or is_first else 576
    return Frame(layer, hz, samples, samples // 8 * speed // hz + padding, bits & 0xFFFE0C00)


def frames(file: BinaryIO) -> Frames | None:
    """The frames of an open file; None if it is not MPEG audio."""
    file.seek(0)
    # A view, because slices of bytes are copies.
    data = memoryview(file.read())
    start = _after_tags(data)
    place = _next(data, start, None)
    if place is None:
        return None
    first = frame(data[place : place + 4].tobytes())
    assert first is not None
    indexed = _indexed(data[place : place + first.size].tobytes())
    # An index frame contains no sound.
    begin = place if indexed is None else place + first.size
    count, lost = _count(data, begin, first.kind)
    return Frames(first, place, count, indexed, lost)


def index_frame(found: Frames) -> bytes:
    """An index frame (Xing's) with the number of frames that were counted."""
    # A bit rate at which the frame has room for the index, without padding.
    bits = found.first.kind & 0xFFFE0C00 | (0xB << 12 if found.first.samples > 576 else 0xE << 12)
    # No checksum and one channel: the index then follows 17 or 9 bytes of side information.
    head = struct.pack(">I", bits | 0x00010000 | 0xC0)
    made = frame(head)
    assert made is not None
    is_first = bits >> 19 & 3 == _VERSION_1
    body = head + bytes(17 if is_first else 9) + b"Xing" + struct.pack(">II", 1, found.count)
    return body.ljust(made.size, b"\0")


def _after_tags(data: memoryview) -> int:
    """The end of the tags at the beginning."""
    place = 0
    while data[place : place + 3].tobytes() == b"ID3" and len(data) >= place + 10:
        size = 0
        for byte in data[place + 6 : place + 10]:
            # Sizes in ID3 have 7 bits in a byte, so that a tag cannot look like a frame.
            size = size << 7 | byte & 0x7F
        place += 10 + size + (10 if data[place + 5] & 0x10 else 0)
    return place


def _next(data: memoryview, start: int, kind: int | None) -> int | None:
    """The position of the next frame: one that is followed by another frame or the end."""
    near = data[start : start + _SEARCHED + 4].tobytes()
    place = near.find(b"\xff")
    while 0 <= place < _SEARCHED:
        here = frame(near[place : place + 4])
        if here is not None and kind in (None, here.kind):
            after = start + place + here.size
            other = frame(data[after : after + 4].tobytes())
            # Four bytes of sound or of a picture can look like the head of a frame.
            if (other is not None and other.kind == here.kind) or after == len(data):
                return start + place
        place = near.find(b"\xff", place + 1)
    return None


def _indexed(first: bytes) -> int | None:
    """The number of frames in an index frame; None for a frame of sound."""
    # After the head and 9, 17 or 32 bytes of side information, by version and channels.
    for place in (13, 21, 36):
        if first[place : place + 4] in (b"Xing", b"Info"):
            flags = int.from_bytes(first[place + 4 : place + 8], "big")
            # An index without a count is useless.
            return int.from_bytes(first[place + 8 : place + 12], "big") if flags & 1 else None
    if first[36:40] == b"VBRI":
        return int.from_bytes(first[50:54], "big")
    return None


def _count(data: memoryview, place: int, kind: int) -> tuple[int, int]:
    """Numbers of whole frames of a kind that follow, and of bytes that are no frames or tags."""
    count, lost = 0, 0
    while place < len(data):
        here = frame(data[place : place + 4].tobytes())
        if here is not None and here.kind == kind:
            if place + here.size > len(data):
                return count, lost + len(data) - place
            count, place = count + 1, place + here.size
            continue
        rest = data[place : place + 16].tobytes()
        if rest.startswith(_TAGS) or not any(data[place : place + _SEARCHED]):
            break
        found = _next(data, place, kind)
        if found is None:
            return count, lost + len(data) - place
        lost, place = lost + found - place, found
    return count, lost
