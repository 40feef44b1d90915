"""What a DanceDiffusion network makes of clips: variations, in-betweens, missing parts.

Each works on the first window of a clip, at the network's rate and with its channels.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from approx_build.audio.clip import Clip
from approx_build.audio.stream import Stream
from approx_build.diffusion import inpainting, interpolation, variation
from approx_build.diffusion.parameterisation import Sound, Velocity
from approx_build.diffusion.sampling import Told
from approx_build.errors import ModelError
from approx_build.families.dance_diffusion import DanceDiffusion
from approx_build.families.dance_diffusion_sampling import Sampling
from approx_build.families.dance_diffusion_takes import check_clip, full_scale


def vary(
    network: DanceDiffusion,
    velocity: Velocity,
    clips: Sequence[Clip],
    noise_level: float,
    sampling: Sampling,
    streams: Sequence[Stream],
    progress: Told | None = None,
) -> list[Clip]:
    """A variation of each clip, by a stream each; `noise_level` from 0 (the clip) to 1 (new)."""
    sound = _windows(network, clips, [f"clip {number}" for number in range(1, len(clips) + 1)])
    solver = sampling.solver(velocity)
    return _clips(network, variation.vary(solver, sound, noise_level, streams, progress))


def interpolate(
    network: DanceDiffusion,
    velocity: Velocity,
    first: Clip,
    second: Clip,
    places: Sequence[float],
    sampling: Sampling,
    progress: Told | None = None,
) -> list[Clip]:
    """A clip for each place between two clips, from 0 (the first) to 1 (the second)."""
    _check_pair(first, second)
    pair = _windows(network, (first, second), ("first clip", "second clip"))
    solver = sampling.solver(velocity)
    return _clips(network, interpolation.interpolate(solver, pair[0], pair[1], places, progress))


def inpaint(
    network: DanceDiffusion,
    velocity: Velocity,
    clip: Clip,
    missing: Sequence[tuple[int, int]],
    sampling: Sampling,
    streams: Sequence[Stream],
    progress: Told | None = None,
) -> list[Clip]:
    """The clip with its `missing` ranges of samples made anew, once for each stream."""
    known = _windows(network, [clip] * len(streams), ["clip"] * len(streams))
    is_known = _known(network.window, missing)
    solver = sampling.solver(velocity)
    made = inpainting.inpaint(solver, known, is_known, streams, sampling.resampling, progress)
    return [
        Clip(np.where(is_known, clip.data[:, : network.window], one.data), network.rate)
        for one in _clips(network, made)
    ]


def _windows(network: DanceDiffusion, clips: Sequence[Clip], names: Sequence[str]) -> Sound:
    """The first window of each clip [B, C, T]; ModelError, by name, where there is none."""
    for clip, name in zip(clips, names, strict=True):
        check_clip(network, clip, name, network.window)
    return np.stack([clip.data[:, : network.window] for clip in clips])


def _clips(network: DanceDiffusion, sounds: Sound) -> list[Clip]:
    return [Clip(sound, network.rate) for sound in full_scale(sounds)]


def _check_pair(first: Clip, second: Clip) -> None:
    if first.rate != second.rate:
        raise ModelError(
            f"interpolation: clips of {first.rate} and {second.rate} Hz; convert one of them"
        )
    if first.channels != second.channels:
        raise ModelError(
            f"interpolation: clips of {first.channels} and {second.channels} channels; "
            "they must have as many"
        )


def _known(length: int, missing: Sequence[tuple[int, int]]) -> NDArray[np.bool_]:
    is_known = np.ones(length, bool)
    for start, stop in missing:
        if not 0 <= start < stop <= length:
            raise ModelError(
                f"missing samples {start} to {stop}: not inside the window of {length} samples"
            )
        is_known[start:stop] = False
    return is_known
