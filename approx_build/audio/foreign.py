"""Sound files that this program cannot read: their formats, and commands that convert them."""

from __future__ import annotations

import os
import shlex
from pathlib import PurePath
from typing import BinaryIO

AnyPath = str | os.PathLike[str]

SUFFIXES = {".3gp", ".aac", ".ac3", ".amr", ".ape", ".dff", ".dsf", ".m4a", ".m4b", ".mka", ".mov"}
SUFFIXES |= {".mp4", ".mpc", ".ra", ".tta", ".weba", ".webm", ".wma", ".wv"}
"""Suffixes of such files."""

_MAGIC = (
    (4, b"ftyp", "an MPEG-4 file (AAC or Apple Lossless)"),
    (0, bytes.fromhex("3026b2758e66cf11"), "a Windows Media file (WMA)"),
    (0, bytes.fromhex("1a45dfa3"), "a Matroska or WebM file"),
    (0, b"wvpk", "a WavPack file"),
    (0, b"MAC ", "a Monkey's Audio file"),
    (0, b"DSD ", "a DSD file"),
    (0, b"FRM8", "a DSD file"),
    (0, b"#!AMR", "an AMR file"),
    (0, b"MPCK", "a Musepack file"),
    (0, b"TTA1", "a True Audio file"),
    (0, b".RMF", "a RealMedia file"),
    (0, b"\x0b\x77", "an AC-3 file"),
    (0, b"\xff\xf1", "an AAC stream"),
    (0, b"\xff\xf9", "an AAC stream"),
)
_CONTAINERS = (b"OggS", b"RIFF", b"RF64", b"FORM", b"fLaC", b"caff", b".snd", b"riff")
_CODINGS = {
    b"alac": "Apple Lossless in a CAF file",
    b"aac ": "AAC in a CAF file",
    b"opus": "Opus in a CAF file",
    b"flac": "FLAC in a CAF file",
    b".mp3": "MP3 in a CAF file",
}


def named(file: BinaryIO) -> str:
    """The format of the file, if it is a known one that cannot be read; otherwise empty."""
    file.seek(0)
    head = file.read(64)
    for place, magic, words in _MAGIC:
        if head[place : place + len(magic)] == magic:
            return words
    if head[:4] == b"caff" and head[8:12] == b"desc":
        return _CODINGS.get(head[28:32], "")
    return ""


def is_container(file: BinaryIO) -> bool:
    """Whether the file begins like a sound file of a format that can be read."""
    file.seek(0)
    head = file.read(64)
    return len(head) == 64 and head[:4] in _CONTAINERS


def command(path: AnyPath, options: str = "") -> str:
    """The command that decodes the file into a WAV file beside it; `options` are for its input."""
    source = _near(PurePath(os.fspath(path)))
    dest = source.with_suffix(".wav")
    # The command must not overwrite the file that it reads.
    if dest == source:
        dest = source.with_name(f"{source.stem}-whole.wav")
    words = [shlex.quote(_as_path(os.fspath(one))) for one in (source, dest)]
    return f"ffmpeg {options}-i {words[0]} -c:a pcm_s24le {words[1]}"


def _as_path(name: str) -> str:
    """A path that ffmpeg mistakes neither for an option nor for a protocol."""
    return f"./{name}" if name.startswith("-") or ":" in name.partition("/")[0] else name


def _near(path: PurePath) -> PurePath:
    """A path as a user would type it in the working folder."""
    here = os.getcwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
