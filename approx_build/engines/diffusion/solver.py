"""Solver: a network and the settings for generating sound with it, from pure noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from approx_build.engines.diffusion.brownian import BrownianNoise
from approx_build.engines.diffusion.parameterisation import Denoiser, Sound, Velocity
from approx_build.engines.diffusion.samplers.base import Sampler
from approx_build.engines.diffusion.sampling import Watch, sample
from approx_build.engines.diffusion.schedules import Schedule
from approx_build.engines.progress import Progress
from approx_build.numerics.normal import normals
from approx_build.numerics.stream import Stream


def latents(streams: Sequence[Stream], channels: int, length: int) -> Sound:
    """Noise [B, C, T]; each item depends only on its own stream."""
    items = [normals(stream.child("latent"), channels * length) for stream in streams]
    return np.stack([item.reshape(channels, length) for item in items])


@dataclass(frozen=True)
class Solver:
    """Generates sound from noise: a network, a sampler, and a schedule of levels.

    `eta` None is the sampler's default. Item b of a batch uses stream b, and does not depend on the
    others.
    """

    velocity: Velocity
    sampler: type[Sampler]
    schedule: Schedule
    eta: float | None = None

    @property
    def steps(self) -> int:
        """Number of steps from noise to sound."""
        return len(self.schedule) - 1

    def run(
        self,
        x: Sound,
        streams: Sequence[Stream],
        schedule: Schedule | None = None,
        progress: Progress | None = None,
        watch: Watch | None = None,
    ) -> Sound:
        """Bring `x` [B, C, T] through a schedule; by default through the whole one."""
        noise = BrownianNoise(streams, *x.shape[1:])
        sampler = self.sampler(Denoiser(self.velocity), noise, self.eta)
        return sample(sampler, x, schedule or self.schedule, progress, watch)

    def generate(
        self,
        streams: Sequence[Stream],
        channels: int,
        length: int,
        progress: Progress | None = None,
        watch: Watch | None = None,
    ) -> Sound:
        """Sound [B, C, T] from pure noise."""
        noise = latents(streams, channels, length)
        # The first level of some schedules is not pure noise: there the sound is silence, and the
        # noise is weaker.
        return self.run(self.schedule[0].sigma * noise, streams, None, progress, watch)
