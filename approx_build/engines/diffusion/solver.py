"""A network and the way that sound is made with it: generation from noise alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from approx_build.engines.diffusion.brownian import BrownianNoise
from approx_build.engines.diffusion.parameterisation import Denoiser, Sound, Velocity
from approx_build.engines.diffusion.samplers.base import Sampler
from approx_build.engines.diffusion.sampling import Told, Watch, sample
from approx_build.engines.diffusion.schedules import Schedule
from approx_build.numerics.normal import normals
from approx_build.numerics.stream import Stream


def latents(streams: Sequence[Stream], channels: int, length: int) -> Sound:
    """Noise [B, C, T]; an item depends on its own stream alone."""
    items = [normals(stream.child("latent"), channels * length) for stream in streams]
    return np.stack([item.reshape(channels, length) for item in items])


@dataclass(frozen=True)
class Solver:
    """What makes sound of noise: a network, a sampler, and the levels to go through.

    `eta` None is the sampler's usual. Item b of a batch is drawn with stream b, and depends on
    nothing else.
    """

    velocity: Velocity
    sampler: type[Sampler]
    schedule: Schedule
    eta: float | None = None

    @property
    def steps(self) -> int:
        """Steps from noise to sound."""
        return len(self.schedule) - 1

    def run(
        self,
        x: Sound,
        streams: Sequence[Stream],
        schedule: Schedule | None = None,
        progress: Told | None = None,
        watch: Watch | None = None,
    ) -> Sound:
        """`x` [B, C, T] brought through a schedule, the whole one unless another is given."""
        noise = BrownianNoise(streams, *x.shape[1:])
        sampler = self.sampler(Denoiser(self.velocity), noise, self.eta)
        return sample(sampler, x, schedule or self.schedule, progress, watch)

    def generate(
        self,
        streams: Sequence[Stream],
        channels: int,
        length: int,
        progress: Told | None = None,
        watch: Watch | None = None,
    ) -> Sound:
        """Sound [B, C, T] from noise alone."""
        noise = latents(streams, channels, length)
        # The first level of some schedules is not pure noise: its sound is silence, its noise
        # weaker.
        return self.run(self.schedule[0].sigma * noise, streams, None, progress, watch)
