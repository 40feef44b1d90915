"""Chunks of WAV files: cue points with labels, `bext` and iXML, to follow the samples.

`cue ` and `LIST adtl` (Microsoft, Multimedia Programming Interface 1.0, 1991), `bext` version 1
(EBU Tech 3285), `iXML` 2.0 (ixml.info). None has a date: equal sounds make equal files.
"""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from approx_build.export.session import Mark

PROGRAM = "approx-build"


@dataclass(frozen=True)
class About:
    """What a sound file says of itself. `start` is its place in the piece, in samples."""

    project: str
    scene: str
    name: str
    note: str
    rate: int
    bits: int
    channels: int
    start: int = 0


def chunks(about: About, marks: Sequence[Mark]) -> bytes:
    """All chunks of a sound file."""
    return cues(marks, about.rate) + bext(about) + ixml(about)


def cues(marks: Sequence[Mark], rate: int) -> bytes:
    """Cue points and their labels, UTF-8; empty without marks."""
    if not marks:
        return b""
    points, labels = [struct.pack("<I", len(marks))], [b"adtl"]
    for number, mark in enumerate(marks, 1):
        at = mark.sample(rate)
        points.append(struct.pack("<II4sIII", number, at, b"data", 0, 0, at))
        labels.append(_chunk(b"labl", struct.pack("<I", number) + mark.name.encode() + b"\0"))
    return _chunk(b"cue ", b"".join(points)) + _chunk(b"LIST", b"".join(labels))


def bext(about: About) -> bytes:
    """The broadcast extension: what the file is, who wrote it, and its place in the piece."""
    words = f"{about.project}: {about.scene}, {about.name}. {about.note}"
    layout = {1: "mono", 2: "stereo"}.get(about.channels, "multi")
    history = f"A=PCM,F={about.rate},W={about.bits},M={layout},T={PROGRAM}\r\n"
    return _chunk(
        b"bext",
        _ascii(words, 256)
        + _ascii(PROGRAM, 32)
        # Without a reference, a date and a time.
        + bytes(32 + 10 + 8)
        + struct.pack("<QH", about.start, 1)
        + bytes(64 + 190)
        + history.encode("ascii"),
    )


def ixml(about: About) -> bytes:
    """The iXML chunk: names of project, scene, file and channels."""
    root = ET.Element("BWFXML")
    for name, text in {
        "IXML_VERSION": "2.0",
        "PROJECT": about.project,
        "SCENE": about.scene,
        "TAKE": about.name,
        "NOTE": about.note,
    }.items():
        ET.SubElement(root, name).text = text
    speed = ET.SubElement(root, "SPEED")
    for name, value in {
        "FILE_SAMPLE_RATE": about.rate,
        "AUDIO_BIT_DEPTH": about.bits,
        "TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO": about.start & 0xFFFFFFFF,
        "TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI": about.start >> 32,
        "TIMESTAMP_SAMPLE_RATE": about.rate,
    }.items():
        ET.SubElement(speed, name).text = str(value)
    tracks = ET.SubElement(root, "TRACK_LIST")
    ET.SubElement(tracks, "TRACK_COUNT").text = str(about.channels)
    sides = {2: ("L", "R")}.get(about.channels, tuple(map(str, range(1, about.channels + 1))))
    for number, side in enumerate(sides, 1):
        track = ET.SubElement(tracks, "TRACK")
        ET.SubElement(track, "CHANNEL_INDEX").text = str(number)
        ET.SubElement(track, "INTERLEAVE_INDEX").text = str(number)
        ET.SubElement(track, "NAME").text = f"{about.name} {side}"
    return _chunk(b"iXML", bytes(ET.tostring(root, "utf-8", xml_declaration=True)))


def _ascii(text: str, size: int) -> bytes:
    """A text in a field of `size` bytes of ASCII, letters without their accents."""
    plain = unicodedata.normalize("NFKD", " ".join(text.split()))
    letters = "".join(one for one in plain if not unicodedata.combining(one))
    return letters.encode("ascii", "replace")[:size].ljust(size, b"\0")


def _chunk(name: bytes, data: bytes) -> bytes:
    # A chunk has an even size, which its size field does not count.
    return struct.pack("<4sI", name, len(data)) + data + bytes(len(data) % 2)
