"""Lengths: whether a file that libsndfile reads holds what its header says, and no more.

Libsndfile believes the header of most files, guesses where there is none, and is silent when it
is wrong. What it would lose is refused here with its seconds, or its header is mended in memory.
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
"""Frames of MPEG audio that an index may be off, as those of some programs are."""
_UNKNOWN, _ENDLESS = 0xFFFFFFFF, 1 << 60

Head = tuple[bytes, int]
"""Bytes to stand in the place of the first ones, and how many those are."""


class MiscountedError(Exception):
    """A header that is wrong by some bytes; `words` have a place for how long those last."""

    def __init__(self, path: str, words: str, size: int, there: int) -> None:
        super().__init__(path, words, size, there)
        self.path, self.words, self.size, self.there = path, words, size, there


def checked(path: AnyPath, file: BinaryIO) -> BinaryIO | Patched:
    """The open file as libsndfile should see it; AudioError where it would lose sound.

    MiscountedError where only libsndfile knows how long what it would lose is.
    """
    state = os.fstat(file.fileno())
    head = _head(os.fspath(path), state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns)
    file.seek(0)
    return file if head is None else Patched(file, *head)


# A file is opened again for every range that is read, and counting its frames may read all of it.
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
        # Other bytes may precede the first frame: then only the name says that it is MPEG audio.
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
            f"it holds {len(sounding)} streams, of which the first alone would be heard: {first}, "
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
        raise lost(path, f"MPEG audio of layer {found.first.layer} is not read to its end here")
    if found.lost > _TOLERATED * found.first.size:
        raise lost(
            path, f"damaged: {found.lost} bytes between {found.length_s:.2f} s of it are no sound"
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
    """A file of chunks, one of which is the sound: it is all there, and nothing is after it."""
    # The first chunk of FORM, CAF and W64 files follows a head of so many bytes.
    found = chunks(file, {Big: 12, Long: 8, Guids: 40}[chain], chain)
    if sound not in found:
        return None
    (start, size), there = found[sound], file.seek(0, 2)
    if size < 0 and chain is Long:
        return None  # To the end of the file, as CAF has it.
    if size >= _ENDLESS or (size in (0, _UNKNOWN) and beyond(file, start, chain)):
        raise lost(
            path,
            f"its header does not say how long it is; {there - start} bytes of sound are there",
        )
    _refuse(path, file, start, size, chain)
    return None


def _refuse(path: str, file: BinaryIO, start: int, size: int, chain: Chain) -> None:
    """MiscountedError when the sound of `size` bytes is not all there, or more of it follows."""
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
        # libsndfile believes 0, but reads to the end of the file where the size is unknown.
        return head[:8] + b"\xff" * 4, 12
    _refuse(path, file, start, size, Big)
    return None


def lost(path: AnyPath, what: str, options: str = "") -> AudioError:
    """The refusal of a file of which something would not be heard, and what to do."""
    return AudioError(f"{path}: {what}; to hear all that is in it: {command(path, options)}")
