"""Chunks: finds bytes after the sound in a RIFF-like file that no chunk explains.

RIFF, FORM (AIFF), W64 and CAF files are chains of chunks, each with a name, a size and a body.
Sound that the header does not count (because its size passed 4 GiB, or a recorder failed) follows
the chunk of the sound as bytes that are not a chain. Tags that some programs append are not a
chain, either.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO

_TAGS = (b"TAG", b"ID3", b"APETAGEX", b"LYRICSBEGIN", b"<?xpacket")
_NAMED = {
    *(b"LIST", b"id3 ", b"ID3 ", b"bext", b"iXML", b"cue ", b"smpl", b"fact", b"JUNK", b"PAD "),
    *(b"FLLR", b"_PMX", b"afsp", b"DISP", b"axml", b"chna", b"LGWV", b"PEAK", b"inst", b"acid"),
    *(b"NAME", b"AUTH", b"(c) ", b"ANNO", b"MARK", b"COMT", b"APPL", b"info", b"free", b"strc"),
}
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Chain:
    """The form of the chunks of a container; `head` reads the name and the size of a chunk.

    `whole` says whether the size includes the head; bodies are padded to multiples of `pad`.
    """

    head: struct.Struct
    pad: int
    whole: bool = False


Little = Chain(struct.Struct("<4sI"), 2)
Big = Chain(struct.Struct(">4sI"), 2)
Long = Chain(struct.Struct(">4sq"), 1)
"""The forms of RIFF, of FORM and of CAF."""
Guids = Chain(struct.Struct("<16sQ"), 8, whole=True)
"""Of W64."""


def beyond(file: BinaryIO, start: int, chain: Chain) -> int:
    """Number of bytes from `start` to the end of the file that no chunk and no known tag explain.

    Zeros are not counted, because they would be silence.
    """
    end = file.seek(0, 2)
    padded = start + -start % chain.pad
    # Fewer bytes than the head of a chunk are padding.
    if end - padded < chain.head.size or any(
        _is_chain(file, p, end, chain) for p in (padded, start)
    ):
        return 0
    file.seek(start)
    if file.read(16).startswith(_TAGS) or not _any(file, start):
        return 0
    return end - start


def _is_chain(file: BinaryIO, place: int, end: int, chain: Chain) -> bool:
    """Whether chunks follow each other from `place` to the end, and none of them contains sound."""
    while end - place >= chain.head.size:
        file.seek(place)
        name, size = chain.head.unpack(file.read(chain.head.size))
        # Names in W64 are GUIDs, which may contain any byte.
        if name[:4] == b"data" or not (chain is Guids or all(32 <= byte < 127 for byte in name)):
            return False
        body = size - chain.head.size if chain.whole else size
        if body < 0 or place + chain.head.size + body > end + chain.pad:
            # A note whose end is cut off is not sound.
            return name in _NAMED
        place += chain.head.size + body
        place += -place % chain.pad
    return True


def _any(file: BinaryIO, start: int) -> bool:
    """Whether a byte from `start` on is not zero."""
    file.seek(start)
    while block := file.read(_BLOCK):
        if block.count(0) < len(block):
            return True
    return False


def chunks(file: BinaryIO, start: int, chain: Chain) -> dict[bytes, tuple[int, int]]:
    """The position of the body and the size of each chunk from `start` on, up to that of the sound.

    A size may exceed the file. Of two chunks with one name, the first counts.
    """
    end, found = file.seek(0, 2), dict[bytes, tuple[int, int]]()
    while end - start >= chain.head.size:
        file.seek(start)
        name, size = chain.head.unpack(file.read(chain.head.size))
        start += chain.head.size
        body = size - chain.head.size if chain.whole else size
        found.setdefault(name[:4], (start, body))
        # The size of the sound may be wrong, and would then lead to no chunk.
        if name[:4] in (b"data", b"SSND") or body < 0:
            break
        start += body + -(start + body) % chain.pad
    return found
