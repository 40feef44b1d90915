"""Takes of a DanceDiffusion network: requests become windows, and windows become clips."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeAlias

import numpy as np

from approx_build.audio.clip import Clip
from approx_build.engines.diffusion.outpainting import extend, overlap, windows
from approx_build.engines.diffusion.parameterisation import Sound, Velocity
from approx_build.engines.diffusion.sampling import Told
from approx_build.errors import ModelError
from approx_build.families.base import TakeRequest, Weights, check_takes
from approx_build.families.dance_diffusion.derived_takes import (
    alike,
    check,
    drawn,
    is_made_of_sound,
)
from approx_build.families.dance_diffusion.parameters import DanceDiffusionParameters
from approx_build.families.dance_diffusion.sampling import Sampling
from approx_build.families.dance_diffusion.unet import forward, prepare
from approx_build.numerics.stream import Stream
from approx_build.ways.extend import Extension
from approx_build.ways.inpaint import Inpainting
from approx_build.ways.prime import Priming

Take: TypeAlias = TakeRequest[Sampling]


def draw(
    network: DanceDiffusionParameters,
    weights: Weights,
    takes: Sequence[Take],
    device: str = "cpu",
    progress: Told | None = None,
    velocity: Velocity | None = None,
) -> list[Clip]:
    """Clips [C, length] at the network's rate, those drawn alike in one batch.

    A clip up to the inside of a window is one window cut; a longer one goes on window by window,
    and so does one with a prime or an extension, from the end of that sound. Takes made of sound
    all along are made by `derived_takes`. `velocity` stands in for the network's own.
    """
    check_takes(network, takes, device)
    for take in takes:
        _check(network, take)
    said = velocity or velocity_of(network, weights, device)
    total, done = sum(take.length for take in takes), 0
    clips: dict[int, Clip] = {}
    for indices in _alike(network, takes):
        batch = [takes[index] for index in indices]
        size = sum(take.length for take in batch)
        make = drawn if is_made_of_sound(batch[0]) else _gone_on
        sounds = make(network, said, batch, _share_of(progress, done, size, total))
        done += size
        clips |= {
            index: _clip(network, takes[index], sound)
            for index, sound in zip(indices, sounds, strict=True)
        }
    # Batches bring takes in another order than they were asked for.
    return [clips[index] for index in range(len(takes))]


def velocity_of(network: DanceDiffusionParameters, weights: Weights, device: str) -> Velocity:
    """What the network says: on "cpu" by the portable kernels, on other devices by torch.

    The two are different numeric environments.
    """
    if device == "cpu":
        ready = prepare(weights, network.shape)
        return lambda x, time: forward(ready, x, np.full(len(x), time))
    from approx_build.families.dance_diffusion.network import velocity_on  # off the path: GPU

    return velocity_on(network, weights, device)


def full_scale(sound: Sound) -> Sound:
    """`sound` within full scale, as Harmonai's samplers leave it."""
    return np.minimum(np.maximum(sound, np.float32(-1)), np.float32(1))


def _gone_on(
    network: DanceDiffusionParameters,
    velocity: Velocity,
    takes: Sequence[Take],
    progress: Told | None,
) -> Sound:
    """Sound [B, C, T] for takes that differ in stream and in what they go on from alone.

    T is what the longest of them adds.
    """
    # A longer take begins with the shorter one, so all are made alike and cut.
    first, length = takes[0], max(_added(take) for take in takes)
    begun = _begun(network, first)
    known = np.zeros((len(takes), network.channels, begun), np.float32)
    for row, take in zip(known, takes, strict=True):
        if (before := _before(take)) is not None:
            # Not `-begun`, which for 0 would select all of the sound.
            row[:] = before.data[:, before.length - begun :]
    solver = first.sampling.solver(velocity)
    streams = [Stream(take.stream) for take in takes]
    return extend(
        solver, known, length, network.window, streams, first.sampling.resampling, progress
    )


def _clip(network: DanceDiffusionParameters, take: Take, sound: Sound) -> Clip:
    """A take's clip of the sound [C, T] made for it; the sound that it keeps stays as it is."""
    made = full_scale(sound)
    match take.conditioning:
        case Extension(before):
            made = np.concatenate([before.data, made[:, : _added(take)]], axis=1)
        case Inpainting(given, missing):
            whole = given.data[:, : take.length].copy()
            for start, stop in missing:
                whole[:, start:stop] = made[:, start:stop]
            made = whole
    return Clip(np.ascontiguousarray(made[:, : take.length]), network.rate)


def _before(take: Take) -> Clip | None:
    """The sound that a take goes on from."""
    match take.conditioning:
        case Priming(sound) | Extension(sound):
            return sound
    return None


def _begun(network: DanceDiffusionParameters, take: Take) -> int:
    """How much of that sound conditions it, samples."""
    before = _before(take)
    return 0 if before is None else overlap(before.length, network.window)


def _added(take: Take) -> int:
    """How much of a take is made, samples."""
    if isinstance(take.conditioning, Extension):
        return take.length - take.conditioning.sound.length
    return take.length


def _alike(network: DanceDiffusionParameters, takes: Sequence[Take]) -> list[list[int]]:
    """Indices of the takes that can be drawn in one batch, for each batch, in order."""
    batches: dict[Hashable, list[int]] = {}
    for index, take in enumerate(takes):
        if is_made_of_sound(take):
            shared = alike(network, take)
        else:
            begun = _begun(network, take)
            # A batch must make no window that one of its takes does not need.
            shared = take.sampling, begun, windows(begun, _added(take), network.window)
        batches.setdefault(shared, []).append(index)
    return list(batches.values())


def _check(network: DanceDiffusionParameters, take: Take) -> None:
    if isinstance(take.conditioning, Extension):
        if _added(take) < 1:
            raise ModelError(
                f"extension: {take.conditioning.sound.length} samples of a take of {take.length}; "
                "it leaves nothing to add"
            )
    elif is_made_of_sound(take):
        check(network, take)


def _share_of(progress: Told | None, before: int, size: int, total: int) -> Told | None:
    """Steps of a batch as samples: `size` of `total`, after `before`."""
    if progress is None:
        return None
    return lambda done, steps: progress(before + size * done // steps, total)
