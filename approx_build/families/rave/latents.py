"""The latents of a take: those of its sounds or of a random walk, and what operations make of them.

Convention: latent `m` is at `m hop / rate` seconds of the take. Walks and noise depend on the
stream of the take and on the place alone, so a longer take begins as a shorter one does.
Everything is elementwise or a sum in a stated order, so it has the same bits everywhere.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from approx_build.audio.clip import Clip
from approx_build.families.rave.codec import Codec
from approx_build.families.rave.prior_shape import prior_reach
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
    # Means over time need latents beyond, and each operation those of the ones after it.
    extra = sum(_half(codec, one) for one in take.sampling.latent)
    made = _Making(codec, take, first - extra, frames + 2 * extra)
    latents = made.begun()
    for operation in take.sampling.latent:
        latents = made.changed(latents, operation)
    return np.ascontiguousarray(latents[extra : extra + frames])


def walked(stream: Stream, step: float, first: int, frames: int, axes: int) -> Floats:
    """A random walk [frames, axes] of variance 1 from latent 0 on; before that it stands still.

    y' = √(1 - step²) y + step n, an autoregressive process of order 1.
    """
    count = max(1, first + frames)
    drawn = normals(stream, count * axes).reshape(count, axes).astype(np.float64)
    kept = np.sqrt(1.0 - step * step)
    path = drawn.copy()
    for frame in range(1, count):
        path[frame] = kept * path[frame - 1] + step * drawn[frame]
    at = np.maximum(np.arange(first, first + frames), 0)
    return path[at].astype(np.float32)


class _Making:
    """The latents of one take on their way."""

    def __init__(self, codec: Codec, take: Take, first: int, frames: int) -> None:
        self._codec, self._take = codec, take
        self._first, self._frames = first, frames
        network = codec.network
        self._times = np.arange(first, first + frames) * (network.hop / network.rate)
        self._mean, self._axes, self._deviation = codec.space

    def begun(self) -> Floats:
        """Latents before all operations."""
        match self._take.conditioning:
            case TransferConditioning() as source:
                return self._encoded(source.sound, source.stretch, "posterior")
            case Interpolation(first, second, place):
                one, other = (
                    self._encoded(sound, 1.0, name)
                    for sound, name in ((first, "first"), (second, "second"))
                )
                return np.asarray(one + (other - one) * self._shares(place), np.float32)
            case Priming(sound):
                return self._predicted(self._before(sound.data[0]))
        if self._codec.network.prior_channels:
            return self._predicted(np.zeros((0, self._codec.network.latent_channels), np.float32))
        return self._wandering()

    def changed(self, latents: Floats, operation: LatentChange) -> Floats:
        """Latents after an operation."""
        if operation.axis is not None:
            return self._along(latents, operation, operation.axis - 1)
        if operation.hold is not None:
            return self._held(latents, operation.hold.at_s, operation.hold.for_s)
        if operation.smooth_s is not None:
            return _smoothed(latents, _half(self._codec, operation))
        return latents  # a blend, which `_shares` has seen

    def _encoded(self, sound: Clip, stretch: float, name: str) -> Floats:
        """The latents of a sound at another speed, and noise of its own."""
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
        """Normals [frames, L] by the latents that they are for."""
        axes = self._codec.network.latent_channels
        before = self._codec.network.decoder_margin + _MOST_BEFORE
        stream = Stream(self._take.stream).child("latents", name)
        return normals_at(stream, (before + first) * axes, frames * axes).reshape(frames, axes)

    def _before(self, sound: Floats) -> Floats:
        """The latents [N, L] of the end of a sound, as if it then went backwards."""
        hop = self._codec.network.hop
        kept = min(len(sound) // hop, prior_reach(self._codec.network.prior_layers))
        tail = sound[len(sound) - kept * hop :]
        mean, _ = self._codec.encode(np.concatenate((tail, tail[::-1])), 0, max(kept, 1))
        return mean[:kept]

    def _predicted(self, heard: Floats) -> Floats:
        """Latents that the prior draws after those heard, which stand before the take."""
        network, sampling = self._codec.network, self._take.sampling
        count, axes = max(1, self._first + self._frames), network.latent_channels
        stream = Stream(self._take.stream).child("prior")
        drawn = normals(stream, count * axes).reshape(count, axes)
        made = self._codec.prior().continued(heard, drawn, sampling.prior_temperature)
        # Before what was heard, its first latent stands still.
        path = np.concatenate((heard, made))
        at = np.arange(self._first, self._first + self._frames) + len(heard)
        return np.ascontiguousarray(path[np.maximum(at, 0)])

    def _wandering(self) -> Floats:
        """The latents of a take without sound."""
        sampling, axes = self._take.sampling, self._codec.network.latent_channels
        stream = Stream(self._take.stream).child("walk")
        path = walked(stream, sampling.walk_step, self._first, self._frames, axes)
        along = path * (np.float32(sampling.walk_spread) * self._deviation)
        return product(along, self._axes, self._mean)

    def _shares(self, place: float) -> Floats:
        """Where latents are between two sounds [frames, 1]; the last blend counts."""
        curve: float | Points = place
        for operation in self._take.sampling.latent:
            curve = curve if operation.blend is None else operation.blend
        return np.asarray(self._curve(curve)[:, np.newaxis], np.float32)

    def _along(self, latents: Floats, operation: LatentChange, axis: int) -> Floats:
        """Latents moved along one axis."""
        direction, deviation = self._axes[axis], self._deviation[axis]
        place = product(latents - self._mean, direction[:, np.newaxis])[:, 0]
        moved = place
        if operation.scale is not None:
            moved = moved * self._curve(operation.scale)
        if operation.offset is not None:
            moved = moved + self._curve(operation.offset) * deviation
        if operation.walk is not None:
            stream = Stream(self._take.stream).child("walk", axis + 1)
            step = self._take.sampling.walk_step
            path = walked(stream, step, self._first, self._frames, 1)[:, 0]
            moved = moved + path * (np.float32(operation.walk) * deviation)
        away = np.asarray(moved - place, np.float32)
        return np.asarray(latents + away[:, np.newaxis] * direction, np.float32)

    def _held(self, latents: Floats, at_s: float, for_s: float) -> Floats:
        """The latents of a moment, for a time."""
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
"""Latents before the first of a take that any operation may ask for."""


def _half(codec: Codec, operation: LatentChange) -> int:
    """Latents at either side that a mean over time needs; 0 for other operations."""
    if operation.smooth_s is None:
        return 0
    return round(operation.smooth_s * codec.network.rate / codec.network.hop / 2)


def _smoothed(latents: Floats, half: int) -> Floats:
    """Means over 2 half + 1 latents, in float64 from the earliest; ends repeat."""
    padded = np.pad(latents, ((half, half), (0, 0)), mode="edge").astype(np.float64)
    total = np.zeros(latents.shape)
    for shift in range(2 * half + 1):
        total = total + padded[shift : shift + len(latents)]
    return np.asarray(total / (2 * half + 1), np.float32)
