"""The latents of a take: of its sounds, of the prior or of a random walk, then changed.

Convention: latent `m` is at `m hop / rate` seconds of the take. Walks and noise depend only on the
stream of the take and on the position, so a longer take begins with the shorter one. All operations
are elementwise or sums in a stated order, so they have the same bits everywhere.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from approx_build.audio.clip import Clip
from approx_build.families.rave.codec import Codec
from approx_build.families.rave.prior_shape import prior_receptive_field
from approx_build.families.rave.sampling import LatentChange, Sampling
from approx_build.families.take_request import TakeRequest
from approx_build.kernels.reference import product
from approx_build.kernels.tensors import Floats
from approx_build.numerics.normal import normals, normals_at
from approx_build.numerics.stream import Stream
from approx_build.ways.between import Interpolation
from approx_build.ways.prime import Priming
from approx_build.ways.transfer import TransferConditioning
from approx_build.yaml_source.breakpoints import Points, points

Doubles = NDArray[np.float64]
Take: TypeAlias = TakeRequest[Sampling]


def latents_of(codec: Codec, take: Take, first: int, frames: int) -> Floats:
    """The latents [frames, L] of a take, from latent `first` on."""
    # Means over time need further latents at both ends, and so do all operations before them.
    extra = sum(_half_window(codec, one) for one in take.sampling.latent)
    source = _TakeLatents(codec, take, first - extra, frames + 2 * extra)
    latents = source.initial()
    for operation in take.sampling.latent:
        latents = source.apply(latents, operation)
    return np.ascontiguousarray(latents[extra : extra + frames])


def random_walk(stream: Stream, step: float, first: int, frames: int, axes: int) -> Floats:
    """A random walk [frames, axes] of variance 1 from latent 0 on; it is constant before.

    y' = √(1 - step²) y + step n, an autoregressive process of order 1.
    """
    count = max(1, first + frames)
    noise = normals(stream, count * axes).reshape(count, axes).astype(np.float64)
    decay = np.sqrt(1.0 - step * step)
    path = noise.copy()
    for frame in range(1, count):
        path[frame] = decay * path[frame - 1] + step * noise[frame]
    at = np.maximum(np.arange(first, first + frames), 0)
    return path[at].astype(np.float32)


class _TakeLatents:
    """The latents of one take, before and after each operation."""

    def __init__(self, codec: Codec, take: Take, first: int, frames: int) -> None:
        self._codec, self._take = codec, take
        self._first, self._frames = first, frames
        network = codec.network
        self._times = np.arange(first, first + frames) * (network.hop / network.rate)
        self._mean, self._axes, self._deviation = codec.space

    def initial(self) -> Floats:
        """The latents before all operations."""
        match self._take.conditioning:
            case TransferConditioning() as source:
                return self._encoded(source.sound, source.stretch, "posterior")
            case Interpolation(first, second, position):
                one, other = (
                    self._encoded(sound, 1.0, name)
                    for sound, name in ((first, "first"), (second, "second"))
                )
                return np.asarray(one + (other - one) * self._blend_places(position), np.float32)
            case Priming(sound):
                return self._continuation(self._context(sound.data[0]))
        if self._codec.network.prior_channels:
            nothing = np.zeros((0, self._codec.network.latent_channels), np.float32)
            return self._continuation(nothing)
        return self._random_walk()

    def apply(self, latents: Floats, operation: LatentChange) -> Floats:
        """The latents after an operation."""
        if operation.axis is not None:
            return self._change_axis(latents, operation, operation.axis - 1)
        if operation.hold is not None:
            return self._hold(latents, operation.hold.at_s, operation.hold.for_s)
        if operation.smooth_s is not None:
            return _smooth(latents, _half_window(self._codec, operation))
        return latents  # a blend, which `initial` has applied

    def _encoded(self, sound: Clip, stretch: float, name: str) -> Floats:
        """The latents of a sound at another speed, with noise."""
        data, places = sound.data[0], np.arange(self._first, self._first + self._frames) / stretch
        begin, end = int(np.floor(places[0])), int(np.floor(places[-1])) + 2
        mean, scale = self._codec.encode(data, begin, end - begin)
        if self._take.sampling.posterior:
            share = np.float32(self._take.sampling.posterior)
            mean = mean + share * scale * self._normals(name, begin, len(mean))
        at = np.floor(places).astype(np.int64)
        along = (places - at).astype(np.float32)[:, np.newaxis]
        low, high = mean[at - begin], mean[at - begin + 1]
        return np.asarray(low + (high - low) * along, np.float32)

    def _normals(self, name: str, first: int, frames: int) -> Floats:
        """Normal numbers [frames, L] for latents from `first` on."""
        axes = self._codec.network.latent_channels
        before = self._codec.network.decoder_margin + _MOST_BEFORE
        stream = Stream(self._take.stream).child("latents", name)
        return normals_at(stream, (before + first) * axes, frames * axes).reshape(frames, axes)

    def _context(self, sound: Floats) -> Floats:
        """The latents [N, L] of the end of a sound, encoded as if the sound continued backwards."""
        hop = self._codec.network.hop
        count = min(len(sound) // hop, prior_receptive_field(self._codec.network.prior_layers))
        tail = sound[len(sound) - count * hop :]
        mean, _ = self._codec.encode(np.concatenate((tail, tail[::-1])), 0, max(count, 1))
        return mean[:count]

    def _continuation(self, context: Floats) -> Floats:
        """Latents that the prior draws after `context`, which precedes the take."""
        network, sampling = self._codec.network, self._take.sampling
        count, axes = max(1, self._first + self._frames), network.latent_channels
        stream = Stream(self._take.stream).child("prior")
        noise = normals(stream, count * axes).reshape(count, axes)
        made = self._codec.prior().continuation(context, noise, sampling.prior_temperature)
        # Before the context, its first latent repeats.
        path = np.concatenate((context, made))
        at = np.arange(self._first, self._first + self._frames) + len(context)
        return np.ascontiguousarray(path[np.maximum(at, 0)])

    def _random_walk(self) -> Floats:
        """The latents of a take without sound or prior."""
        sampling, axes = self._take.sampling, self._codec.network.latent_channels
        stream = Stream(self._take.stream).child("walk")
        path = random_walk(stream, sampling.walk_step, self._first, self._frames, axes)
        along = path * (np.float32(sampling.walk_spread) * self._deviation)
        return product(along, self._axes, self._mean)

    def _blend_places(self, position: float) -> Floats:
        """The position between two sounds [frames, 1]; the last blend counts."""
        curve: float | Points = position
        for operation in self._take.sampling.latent:
            curve = curve if operation.blend is None else operation.blend
        return np.asarray(self._curve(curve)[:, np.newaxis], np.float32)

    def _change_axis(self, latents: Floats, operation: LatentChange, axis: int) -> Floats:
        """Latents scaled and moved along one axis."""
        direction, deviation = self._axes[axis], self._deviation[axis]
        position = product(latents - self._mean, direction[:, np.newaxis])[:, 0]
        moved = position
        if operation.scale is not None:
            moved = moved * self._curve(operation.scale)
        if operation.offset is not None:
            moved = moved + self._curve(operation.offset) * deviation
        if operation.walk is not None:
            stream = Stream(self._take.stream).child("walk", axis + 1)
            step = self._take.sampling.walk_step
            path = random_walk(stream, step, self._first, self._frames, 1)[:, 0]
            moved = moved + path * (np.float32(operation.walk) * deviation)
        change = np.asarray(moved - position, np.float32)
        return np.asarray(latents + change[:, np.newaxis] * direction, np.float32)

    def _hold(self, latents: Floats, at_s: float, for_s: float) -> Floats:
        """Latents of which one is repeated for a time."""
        rate = self._codec.network.rate / self._codec.network.hop
        begin, end = (round(second * rate) - self._first for second in (at_s, at_s + for_s))
        if begin >= len(latents):
            return latents
        made = latents.copy()
        made[begin : max(end, begin + 1)] = latents[begin]
        return made

    def _curve(self, curve: float | Points) -> Floats:
        """The values of a curve at each latent [frames]."""
        at, values = zip(*points(curve), strict=True)
        return np.asarray(np.interp(self._times, at, values), np.float32)


_MOST_BEFORE = 1 << 20
"""Largest number of latents before a take that an operation may need."""


def _half_window(codec: Codec, operation: LatentChange) -> int:
    """Number of latents on each side that a mean over time needs; 0 for other operations."""
    if operation.smooth_s is None:
        return 0
    return round(operation.smooth_s * codec.network.rate / codec.network.hop / 2)


def _smooth(latents: Floats, half: int) -> Floats:
    """Means over 2 half + 1 latents, in float64 from the earliest; ends repeat."""
    padded = np.pad(latents, ((half, half), (0, 0)), mode="edge").astype(np.float64)
    total = np.zeros(latents.shape)
    for shift in range(2 * half + 1):
        total = total + padded[shift : shift + len(latents)]
    return np.asarray(total / (2 * half + 1), np.float32)
