"""Lengths: checks that the sound of a file is as long as its header says, for libsndfile.

Libsndfile believes the header of most files, guesses the length where there is none, and does not
report errors in it. If it would lose sound, the file is refused with the lost seconds, or its
header is corrected in memory.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import BinaryIO

from approx_build.audio import flac, mpeg, ogg
from approx_build.audio.chunks import Big, Chain, Guids, Long, beyond, chunks
from approx_build.audio.foreign import AnyPath, command
from approx_build.audio.patched import Patched
from approx_build.errors import AudioError
from approx_build.files.opening import open_regular

_TOLERATED = 1
"""Frames of MPEG audio by which an index may be wrong, as in the files of some programs."""
_UNKNOWN, _ENDLESS = 0xFFFFFFFF, 1 << 60

Head = tuple[bytes, int]
"""New bytes for the beginning of the file, and the number of bytes that they replace."""


class MiscountedError(Exception):
    """A header that is wrong by some bytes; `words` has a place for the duration of these bytes."""

    def __init__(self, path: str, words: str, size: int, there: int) -> None:
        super().__init__(path, words, size, there)
        self.path, self.words, self.size, self.there = path, words, size, there


def checked(path: AnyPath, file: BinaryIO) -> BinaryIO | Patched:
    """The open file with a correct header for libsndfile; AudioError if it would still lose sound.

    MiscountedError if only libsndfile can tell the duration of the lost sound.
    """
    state = os.fstat(file.fileno())
    head = _head(os.fspath(path), state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns)
    file.seek(0)
    return file if head is None else Patched(file, *head)


# A file is opened again for each range that is read, and counting frames may read all of it.
@lru_cache(maxsize=4096)
def _head(path: str, *_state: int) -> Head | None:
    with open_regular(path) as file:
        magic = file.read(16)
        match magic[:4]:
            case b"fLaC":
                return _flac(path, file)
            case b"OggS":
                return _ogg(path, file)
            case b"FORM":
                return _chain(path, file, Big, b"SSND")
            case b"caff":
                return _chain(path, file, Long, b"data")
            case b"riff":
                return _chain(path, file, Guids, b"data")
            case b".snd":
                return _au(path, file)
        # Other bytes may precede the first frame: then only the name shows that it is MPEG audio.
        if magic[:3] == b"ID3" or mpeg.frame(magic) or path.lower().endswith(".mp3"):
            return _mpeg(path, file)
    return None


def _flac(path: str, file: BinaryIO) -> Head | None:
    found = flac.content(file)
    if found is None:
        return None
    held_s, promised_s = found.held / found.rate, found.promised / found.rate
    if not found.is_alone:
        raise lost(path, "another FLAC file follows the first in it")
    if not found.is_whole or found.held < found.promised:
        promised = f" of the {promised_s:.2f} s that its header promises" if promised_s else ""
        raise lost(path, f"truncated: it breaks off after about {held_s:.2f} s{promised}")
    if not found.promised:
        return flac.patched_head(file, found.held), len(flac.patched_head(file, found.held))
    if found.held > found.promised:
        more = (
            f"its header promises {promised_s:.2f} s, and {held_s - promised_s:.2f} s more follow"
        )
        raise lost(path, more)
    return None


def _ogg(path: str, file: BinaryIO) -> Head | None:
    every, is_whole = ogg.streams(file)
    sounding = list(ogg.sounding(every))
    if len(sounding) > 1:
        first, *others = (f"{one.length_s:.2f} s" for one in sounding)
        raise lost(
            path,
            f"it holds {len(sounding)} streams, of which only the first is read: {first}, "
            f"without {', '.join(others)}",
        )
    if sounding and not (is_whole and sounding[0].is_ended):
        raise lost(path, f"truncated: it breaks off after {sounding[0].length_s:.2f} s")
    return None


def _mpeg(path: str, file: BinaryIO) -> Head | None:
    found = mpeg.frames(file)
    if found is None or not found.count:
        return None
    if found.first.layer != 3:
        raise lost(path, f"MPEG audio of layer {found.first.layer} cannot be read to its end")
    if found.lost > _TOLERATED * found.first.size:
        raise lost(
            path,
            f"damaged: {found.lost} bytes among {found.length_s:.2f} s of sound belong to no frame",
        )
    if found.indexed is None:
        return mpeg.index_frame(found), found.start
    if found.count < found.indexed - _TOLERATED:
        raise lost(
            path,
            f"truncated: {found.length_s:.2f} s are there of the {found.indexed_s:.2f} s that its "
            "index promises",
        )
    if found.count > found.indexed + _TOLERATED:
        more_s = found.length_s - found.indexed_s
        raise lost(
            path, f"its index promises {found.indexed_s:.2f} s, and {more_s:.2f} s more follow"
        )
    return None


def _chain(path: str, file: BinaryIO, chain: Chain, sound: bytes) -> Head | None:
    """Check a file of chunks: the chunk of the sound is complete, and no sound follows it."""
    # In FORM, CAF and W64 files, the first chunk follows a head of this number of bytes.
    found = chunks(file, {Big: 12, Long: 8, Guids: 40}[chain], chain)
    if sound not in found:
        return None
    (start, size), there = found[sound], file.seek(0, 2)
    if size < 0 and chain is Long:
        return None  # The size in a CAF file that means «to the end of the file».
    if size >= _ENDLESS or (size in (0, _UNKNOWN) and beyond(file, start, chain)):
        raise lost(
            path,
            f"its header does not say how long it is; {there - start} bytes of sound are there",
        )
    _refuse(path, file, start, size, chain)
    return None


def _refuse(path: str, file: BinaryIO, start: int, size: int, chain: Chain) -> None:
    """MiscountedError when some of the `size` bytes of sound are missing, or more sound follows."""
    missing = start + size - file.seek(0, 2)
    if missing > 0:
        words = "truncated: {} are missing that its header promises"
        raise MiscountedError(path, words, missing, size - missing)
    if more := beyond(file, start + size, chain):
        raise MiscountedError(path, "{} follow that its header does not count", more, size)


def _au(path: str, file: BinaryIO) -> Head | None:
    file.seek(0)
    head = file.read(24)
    start, size = (int.from_bytes(head[place : place + 4], "big") for place in (4, 8))
    there = file.seek(0, 2) - start
    if size == _UNKNOWN or there == size or len(head) < 24:
        return None
    if size == 0 and there > 0:
        # libsndfile believes 0, but reads to the end of the file if the size is unknown.
        return head[:8] + b"\xff" * 4, 12
    _refuse(path, file, start, size, Big)
    return None


def lost(path: AnyPath, what: str, options: str = "") -> AudioError:
    """The refusal of a file of which some sound would be lost, and a remedy."""
    return AudioError(f"{path}: {what}; to use all of its sound: {command(path, options)}")
