"""Takes of a DanceDiffusion network: converts requests to windows, and windows to clips."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeAlias

import numpy as np

from approx_build.audio.clip import Clip
from approx_build.engines.diffusion.outpainting import extend, overlap, windows
from approx_build.engines.diffusion.parameterisation import Sound, Velocity
from approx_build.engines.progress import Progress, part_of
from approx_build.errors import ModelError
from approx_build.families.base import Weights
from approx_build.families.dance_diffusion.derived_takes import (
    alike,
    check,
    drawn,
    is_conditioned_throughout,
)
from approx_build.families.dance_diffusion.parameters import DanceDiffusionParameters
from approx_build.families.dance_diffusion.sampling import Sampling
from approx_build.families.dance_diffusion.unet import forward, prepare
from approx_build.families.take_request import TakeRequest, check_takes
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
    progress: Progress | None = None,
    velocity: Velocity | None = None,
) -> list[Clip]:
    """Generate clips [C, length] at the network's rate; takes that are alike form one batch.

    A clip that fits into the inside of a window is cut from one window; a longer one is continued
    window by window. A take with a prime or an extension continues that sound. `derived_takes`
    makes the takes in which sound conditions every window. `velocity` replaces the network in
    tests.
    """
    check_takes(network, takes, device)
    for take in takes:
        _check(network, take)
    predicted = velocity or velocity_of(network, weights, device)
    total, done = sum(take.length for take in takes), 0
    clips: dict[int, Clip] = {}
    for indices in _alike(network, takes):
        batch = [takes[index] for index in indices]
        size = sum(take.length for take in batch)
        make = drawn if is_conditioned_throughout(batch[0]) else _continued
        sounds = make(network, predicted, batch, part_of(progress, done, total, size))
        done += size
        clips |= {
            index: _clip(network, takes[index], sound)
            for index, sound in zip(indices, sounds, strict=True)
        }
    # Batches return takes in another order than that of the requests.
    return [clips[index] for index in range(len(takes))]


def velocity_of(network: DanceDiffusionParameters, weights: Weights, device: str) -> Velocity:
    """The velocity of the network: on "cpu" by the portable kernels, on other devices by torch.

    The two are different numeric environments.
    """
    if device == "cpu":
        ready = prepare(weights, network.shape)
        return lambda x, time: forward(ready, x, np.full(len(x), time))
    from approx_build.families.dance_diffusion.network import velocity_on  # off the path: GPU

    return velocity_on(network, weights, device)


def full_scale(sound: Sound) -> Sound:
    """`sound` clipped to full scale, as in Harmonai's samplers."""
    return np.minimum(np.maximum(sound, np.float32(-1)), np.float32(1))


def _continued(
    network: DanceDiffusionParameters,
    velocity: Velocity,
    takes: Sequence[Take],
    progress: Progress | None,
) -> Sound:
    """Sound [B, C, T] for takes that differ only in stream and in the sound they continue.

    T is the largest number of samples that a take adds.
    """
    # A longer take begins with the shorter one, so all get the same length and are then cut.
    first, length = takes[0], max(_added(take) for take in takes)
    begun = _begun(network, first)
    known = np.zeros((len(takes), network.channels, begun), np.float32)
    for row, take in zip(known, takes, strict=True):
        if (before := _before(take)) is not None:
            # Not `-begun`, which would select all of the sound if it is 0.
            row[:] = before.data[:, before.length - begun :]
    solver = first.sampling.solver(velocity)
    streams = [Stream(take.stream) for take in takes]
    return extend(
        solver, known, length, network.window, streams, first.sampling.resampling, progress
    )


def _clip(network: DanceDiffusionParameters, take: Take, sound: Sound) -> Clip:
    """The clip of a take from its sound [C, T]; the sound that it keeps is unchanged."""
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
    """The sound that a take continues."""
    match take.conditioning:
        case Priming(sound) | Extension(sound):
            return sound
    return None


def _begun(network: DanceDiffusionParameters, take: Take) -> int:
    """Number of samples of that sound that condition the take."""
    before = _before(take)
    return 0 if before is None else overlap(before.length, network.window)


def _added(take: Take) -> int:
    """Number of samples of a take that must be generated."""
    if isinstance(take.conditioning, Extension):
        return take.length - take.conditioning.sound.length
    return take.length


def _alike(network: DanceDiffusionParameters, takes: Sequence[Take]) -> list[list[int]]:
    """For each batch, the indices of its takes, in order."""
    batches: dict[Hashable, list[int]] = {}
    for index, take in enumerate(takes):
        if is_conditioned_throughout(take):
            shared = alike(network, take)
        else:
            begun = _begun(network, take)
            # No batch may generate a window that one of its takes does not need.
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
    elif is_conditioned_throughout(take):
        check(network, take)
