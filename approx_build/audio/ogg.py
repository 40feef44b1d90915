"""Ogg: finds the streams of a file by the headers of its pages (RFC 3533).

libsndfile reads the first of several streams that follow each other and a stream whose end is
missing, without an error in either case.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_HEAD = struct.Struct("<4sBBqIIIB")
_FIRST, _LAST = 2, 4
_NOWHERE = -1
# Opus counts samples at 48 kHz for every rate of its source (RFC 7845).
_OPUS_RATE = 48_000


@dataclass(slots=True)
class Stream:
    """One logical stream: its rate in Hz (0: unknown), its samples, and whether it has its end."""

    serial: int
    rate: int
    skipped: int = 0
    position: int = 0
    is_ended: bool = False

    @property
    def length_s(self) -> float:
        """Seconds of sound."""
        return max(0, self.position - self.skipped) / self.rate if self.rate else 0.0


def streams(file: BinaryIO) -> tuple[list[Stream], bool]:
    """The streams of an Ogg file in their order, and whether its last page is whole."""
    found: dict[int, Stream] = {}
    every: list[Stream] = []
    end, place = file.seek(0, 2), 0
    while end - place >= _HEAD.size:
        file.seek(place)
        magic, _, flags, granule, serial, _, _, segments = _HEAD.unpack(file.read(_HEAD.size))
        if magic != b"OggS":
            # Zeros after the last page are padding; anything else is damage.
            return every, not any(file.read(64))
        body = sum(file.read(segments))
        if flags & _FIRST:
            found[serial] = Stream(serial, *_described(file.read(64)))
            every.append(found[serial])
        place += _HEAD.size + segments + body
        if place > end:
            return every, False
        if serial in found:
            one = found[serial]
            # A page on which no packet ends has no position (RFC 3533).
            one.position = one.position if granule == _NOWHERE else granule
            one.is_ended |= bool(flags & _LAST)
    return every, place == end


def _described(packet: bytes) -> tuple[int, int]:
    """Rate, and samples that a decoder drops, of the first packet of a stream."""
    if packet[:8] == b"OpusHead" and len(packet) >= 12:
        return _OPUS_RATE, int.from_bytes(packet[10:12], "little")
    if packet[:7] == b"\x01vorbis" and len(packet) >= 16:
        return int.from_bytes(packet[12:16], "little"), 0
    if packet[:5] == b"\x7fFLAC" and len(packet) >= 30:
        return int.from_bytes(packet[27:30], "big") >> 4, 0
    return 0, 0


def sounding(every: list[Stream]) -> Iterator[Stream]:
    """Those that are sound."""
    return (one for one in every if one.rate)
