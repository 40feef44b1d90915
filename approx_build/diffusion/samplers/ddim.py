"""DDIM: straight towards the sound that the network hears, with as much fresh noise as asked.

Song, Meng and Ermon, Denoising diffusion implicit models, 2020 (arXiv:2010.02502), equations 12
and 16, as in v-diffusion.
"""

from __future__ import annotations

from math import sqrt
from typing import ClassVar

from approx_build.diffusion.level import Level
from approx_build.diffusion.parameterisation import Sound
from approx_build.diffusion.samplers.base import Sampler


class Ddim(Sampler):
    """One evaluation a step; with eta 0 it can be gone backwards, with eta 1 it is DDPM."""

    name: ClassVar[str] = "ddim"
    takes_eta: ClassVar[bool] = True
    is_reversible: ClassVar[bool] = True

    def step(self, x: Sound, now: Level, after: Level) -> Sound:
        """The same sound and noise at the next level, part of the noise drawn afresh."""
        parts = self.denoiser.parts(x, now)
        if not (self.eta and after.sigma):
            return parts.at(after)
        share = now.alpha / after.alpha
        fresh = self.eta * (after.sigma / now.sigma) * sqrt(1.0 - share * share)
        kept = sqrt(max(0.0, after.sigma * after.sigma - fresh * fresh))
        mixed: Sound = after.alpha * parts.sound + kept * parts.noise
        return mixed + fresh * self.noise(now, after)
