"""CLIP: a sound file, take or stem, or a range of it, as a clip at the required rate.

A range is read with the samples around it on which its conversion depends, so that the resampler
never sees an edge that the source does not have.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from approx_build.audio import wav
from approx_build.audio.clip import Clip
from approx_build.audio.resample import resample_range
from approx_build.errors import AudioError
from approx_build.execution.context import ActionContext
from approx_build.execution.work import Result

MAX_CHANNELS = 2


def make(context: ActionContext) -> Result:
    """Read, cut and resample; the facts describe the conversion."""
    path, params = context.input("source"), context.params
    rate, found = params["rate"], wav.info(path, MAX_CHANNELS)
    start, stop = source_range(context.name("source"), found, params["start_s"], params["length_s"])
    clip = converted(path, found, start, stop, rate)
    if params["channels"] == 1 and clip.channels > 1:
        clip = clip.like(clip.data.sum(axis=0, keepdims=True) / clip.channels)
    if params["channels"] == 2 and clip.channels == 1:
        clip = clip.like(np.repeat(clip.data, 2, axis=0))
    # A part that another part uses may be silent; a silent file is probably a mistake.
    if "source" in context.work.leaves and not clip.data.any():
        raise AudioError(f"{context.name('source')}: there is only silence in this range")
    return context.keep_clip(clip, source_rate=found.rate, converted=found.rate != rate)


def source_range(
    name: str, found: wav.Info, start_s: float, length_s: float | None
) -> tuple[int, int]:
    """The range in samples of the source; AudioError when it is not inside it."""
    # In samples of the source, not of the result: the range must not depend on the rate of the
    # piece.
    start = round(start_s * found.rate)
    # Start and length are rounded separately, so equal lengths give equal numbers of samples.
    stop = found.length if length_s is None else start + round(length_s * found.rate)
    if start >= found.length or stop > found.length:
        raise AudioError(
            f"{name}: lasts {found.length / found.rate:g} s; "
            f"the range goes from {start_s:g} s to {stop / found.rate:g} s"
        )
    return start, stop


def converted(path: Path, found: wav.Info, start: int, stop: int, rate: int) -> Clip:
    """Samples `start` to `stop` of the file at `rate` Hz."""
    # A conversion to the same rate must not change a bit.
    if found.rate == rate:
        return wav.read(path, start, stop)

    def read(first: int, last: int) -> Clip:
        return wav.read(path, first, last)

    return resample_range(read, found.length, found.rate, rate, start, stop)
