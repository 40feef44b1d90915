"""Takes of a DanceDiffusion network: requests become windows, and windows become clips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from approx_build.audio.clip import Clip
from approx_build.audio.stream import Stream
from approx_build.diffusion.extension import extend, windows
from approx_build.diffusion.parameterisation import Sound, Velocity
from approx_build.diffusion.sampling import Told
from approx_build.errors import ModelError
from approx_build.families.base import TakeRequest, Weights
from approx_build.kernels.unet import forward, prepare

if TYPE_CHECKING:
    from approx_build.families.dance_diffusion import DanceDiffusion
    from approx_build.families.dance_diffusion_sampling import Sampling

Take = TakeRequest["Sampling"]


def draw(
    network: DanceDiffusion,
    weights: Weights,
    takes: Sequence[Take],
    device: str = "cpu",
    progress: Told | None = None,
    velocity: Velocity | None = None,
) -> list[Clip]:
    """Clips [C, length] at the network's rate, those drawn alike in one batch.

    A clip up to a window long is a window cut; a longer one goes on window by window, and so
    does one with a prime, from the prime's end. `velocity` stands in for the network's own.
    """
    said = velocity or velocity_of(network, weights, device)
    total, done = sum(take.length for take in takes), 0
    clips: dict[int, Clip] = {}
    for indices in _alike(network, takes):
        batch = [takes[index] for index in indices]
        size = sum(take.length for take in batch)
        sounds = _drawn(network, said, batch, _share_of(progress, done, size, total))
        done += size
        clips |= {
            index: Clip(sound[:, : takes[index].length], network.rate)
            for index, sound in zip(indices, sounds, strict=True)
        }
    return [clips[index] for index in range(len(takes))]


def velocity_of(network: DanceDiffusion, weights: Weights, device: str) -> Velocity:
    """What the network says: on "cpu" by the portable kernels, on "cuda" by torch.

    The two are different numeric environments.
    """
    if device == "cuda":
        from approx_build.families.dance_diffusion_network import velocity_on

        return velocity_on(network, weights, device)
    ready = prepare(weights, network)
    return lambda x, time: forward(ready, x, np.full(len(x), time))


def full_scale(sound: Sound) -> Sound:
    """`sound` within full scale, as Harmonai's samplers leave it."""
    return np.minimum(np.maximum(sound, np.float32(-1)), np.float32(1))


def _drawn(
    network: DanceDiffusion, velocity: Velocity, takes: Sequence[Take], progress: Told | None
) -> Sound:
    """Sound [B, C, T] for takes that differ in stream and prime alone, T the longest of them."""
    first, length = takes[0], max(take.length for take in takes)
    begun = _begun(network, first)
    known = np.zeros((len(takes), network.channels, begun), np.float32)
    for row, take in zip(known, takes, strict=True):
        if take.prime is not None:
            row[:] = take.prime.data[:, take.prime.length - begun :]
    solver = first.sampling.solver(velocity)
    streams = [Stream(take.stream) for take in takes]
    resampling = first.sampling.resampling
    sound = extend(solver, known, length, network.window, streams, resampling, progress)
    return full_scale(sound)


def _begun(network: DanceDiffusion, take: Take) -> int:
    """How much of its prime a take goes on from, samples."""
    return 0 if take.prime is None else min(take.prime.length, network.window // 2)


def _alike(network: DanceDiffusion, takes: Sequence[Take]) -> list[list[int]]:
    """Indices of the takes that can be drawn in one batch, for each batch, in order."""
    batches: dict[_Alike, list[int]] = {}
    for index, take in enumerate(takes):
        _check(network, take)
        begun = _begun(network, take)
        alike = _Alike(take.sampling, begun, windows(begun, take.length, network.window))
        batches.setdefault(alike, []).append(index)
    return list(batches.values())


@dataclass(frozen=True, slots=True)
class _Alike:
    """What takes of one batch share."""

    sampling: Sampling
    begun: int
    windows: int


def _check(network: DanceDiffusion, take: Take) -> None:
    if take.length < 1:
        raise ModelError(f"length: {take.length} samples; must be at least 1")
    if take.prime is not None:
        check_clip(network, take.prime, "prime")


def check_clip(network: DanceDiffusion, clip: Clip, name: str, least: int = 1) -> None:
    """ModelError unless the network can hear a clip; `name` says which clip it is."""
    if clip.rate != network.rate:
        raise ModelError(f"{name}: {clip.rate} Hz; the network hears {network.rate} Hz")
    if clip.channels != network.channels:
        raise ModelError(f"{name}: {clip.channels} channels; the network hears {network.channels}")
    if clip.length < least:
        raise ModelError(f"{name}: {clip.length} samples; the network needs {least}")
    if not np.isfinite(clip.data).all():
        raise ModelError(f"{name}: holds samples that are not numbers")


def _share_of(progress: Told | None, before: int, size: int, total: int) -> Told | None:
    """Steps of a batch told as samples: `size` of `total`, after `before`."""
    if progress is None:
        return None
    return lambda done, steps: progress(before + size * done // steps, total)
