"""Sound files read by libsndfile: all except the WAV files that `wav` reads itself.

soundfile is imported when the first such file is opened.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from approx_build.errors import AudioError

if TYPE_CHECKING:
    import soundfile

AnyPath = str | os.PathLike[str]


def is_pcm(subtype: str) -> bool:
    """Whether samples of this coding are integers."""
    return subtype.startswith("PCM_")


def int_bits(subtype: str) -> int:
    """Bits of an integer sample of this coding."""
    return {"PCM_S8": 8, "PCM_U8": 8, "PCM_16": 16, "PCM_24": 24}.get(subtype, 32)


def opened(path: AnyPath) -> soundfile.SoundFile:
    """The file opened by libsndfile; AudioError when it cannot."""
    import soundfile

    _refuse_short_aiff(path)
    try:
        return soundfile.SoundFile(os.fspath(path))
    except soundfile.LibsndfileError as error:
        raise AudioError(
            f"{path}: not a sound file that can be read ({error.error_string})"
        ) from None


def samples(path: AnyPath, start: int, stop: int) -> NDArray[Any]:
    """Samples `start` to `stop` [C, T] as integers (right-justified) or float64.

    AudioError when they are corrupt or not all there.
    """
    import soundfile

    with opened(path) as file:
        subtype, promised = file.subtype, file.frames
        wanted = "int32" if is_pcm(subtype) else "float64"
        try:
            file.seek(start)
            data = file.read(stop - start, dtype=wanted, always_2d=True)
        except soundfile.LibsndfileError as error:
            raise AudioError(f"{path}: corrupt: {error.error_string}") from None
    if len(data) < stop - start:
        raise AudioError(f"{path}: truncated: {promised} samples promised, fewer are there")
    found = np.ascontiguousarray(data.T)
    return found >> (32 - int_bits(subtype)) if is_pcm(subtype) else found


def _refuse_short_aiff(path: AnyPath) -> None:
    """libsndfile reads a truncated AIFF file without an error; its FORM chunk has the true size."""
    with open(path, "rb") as file:
        head = file.read(8)
    if head[:4] == b"FORM" and int.from_bytes(head[4:], "big") + 8 > Path(path).stat().st_size:
        raise AudioError(f"{path}: truncated: its header promises more than it has")
