"""Sound files read by libsndfile: all except the WAV files that `wav` reads itself.

soundfile is imported when the first such file is opened.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from approx_build.audio.foreign import AnyPath, command, is_container, named
from approx_build.audio.lengths import MiscountedError, checked, lost
from approx_build.audio.patched import Patched
from approx_build.errors import AudioError
from approx_build.files.opening import open_regular

if TYPE_CHECKING:
    import soundfile

_DENSEST = 8192
"""More samples than any coding stores in a byte; FLAC stores 5 000 of silence."""


def is_pcm(subtype: str) -> bool:
    """Whether samples of this coding are integers."""
    return subtype.startswith("PCM_")


def int_bits(subtype: str) -> int:
    """Bits of an integer sample of this coding."""
    return {"PCM_S8": 8, "PCM_U8": 8, "PCM_16": 16, "PCM_24": 24}.get(subtype, 32)


def open_sound(path: AnyPath) -> BinaryIO:
    """A sound file, open for reading bytes; AudioError when it cannot be opened."""
    try:
        return open_regular(path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise AudioError(f"{path}: cannot be read ({reason})") from None


@contextmanager
def opened(path: AnyPath) -> Iterator[soundfile.SoundFile]:
    """The file opened by libsndfile; AudioError if that fails or would lose some of the sound."""
    import soundfile

    with open_sound(path) as file:
        # Not by its name, because soundfile derives a coding from the suffix.
        try:
            source = checked(path, file)
        except MiscountedError as found:
            raise lost(path, found.words.format(_seconds(file, found))) from None
        try:
            sound = _sound(source)
        except soundfile.LibsndfileError as error:
            raise _refusal(path, file, error.error_string) from None
        with sound:
            if sound.frames > os.fstat(file.fileno()).st_size * _DENSEST:
                raise lost(path, "corrupt (its header promises more than such a file can hold)")
            yield sound


def _sound(source: BinaryIO | Patched) -> soundfile.SoundFile:
    """Open a file by its descriptor, for libsndfile to read; or a patched one through Python."""
    import soundfile

    if isinstance(source, Patched):
        return soundfile.SoundFile(source)
    # libsndfile takes the current position of the descriptor for the beginning of the file.
    os.lseek(source.fileno(), 0, os.SEEK_SET)
    # `opened` closes the file, which may be opened once more for a message.
    return soundfile.SoundFile(source.fileno(), closefd=False)


def _seconds(file: BinaryIO, found: MiscountedError) -> str:
    """The duration of the miscounted bytes, derived from those that libsndfile finds."""
    import soundfile

    with suppress(soundfile.LibsndfileError, ZeroDivisionError), _sound(file) as sound:
        length_s = found.size / found.there * sound.frames / sound.samplerate
        return f"{length_s:.2f} s ({found.size} bytes)"
    return f"{found.size} bytes"


def _refusal(path: AnyPath, file: BinaryIO, reason: str) -> AudioError:
    """Why a file cannot be read, and the command that converts it, if there is one."""
    if kind := named(file):
        return AudioError(f"{path}: is {kind}, which cannot be read here; {_hint(path)}")
    hint = f"; {_hint(path)}" if is_container(file) else ""
    return AudioError(f"{path}: not a sound file that can be read ({reason.strip()}){hint}")


def _hint(path: AnyPath) -> str:
    return f"convert it: {command(path)}"


def samples(path: AnyPath, start: int, stop: int) -> NDArray[Any]:
    """Samples `start` to `stop` [C, T] as integers (right-justified) or float64.

    AudioError when they are corrupt or incomplete.
    """
    import soundfile

    with opened(path) as file:
        subtype, promised = file.subtype, file.frames
        wanted = "int32" if is_pcm(subtype) else "float64"
        try:
            file.seek(start)
            data = file.read(stop - start, dtype=wanted, always_2d=True)
        except soundfile.LibsndfileError as error:
            raise lost(path, f"corrupt ({error.error_string.strip()})") from None
    if len(data) < stop - start:
        raise lost(path, f"truncated or damaged: of {promised} samples promised some are missing")
    found = np.ascontiguousarray(data.T)
    # soundfile scales every integer to 32 bits.
    return found >> (32 - int_bits(subtype)) if is_pcm(subtype) else found
