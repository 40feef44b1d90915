"""Heun: a step along the mean of the slopes at its beginning and at its end.

Karras and others, 2022 (arXiv:2206.00364), algorithm 1.
"""

from __future__ import annotations

from typing import ClassVar

from approx_build.diffusion.level import Level
from approx_build.diffusion.parameterisation import Sound
from approx_build.diffusion.samplers.base import LoudSampler


class Heun(LoudSampler):
    """Two evaluations a step, one in the last."""

    name: ClassVar[str] = "heun"
    evaluations: ClassVar[int] = 2

    def loud_step(self, loud: Sound, now: Level, after: Level) -> Sound:
        """The next level by the trapezoidal rule; straight to clean sound at the end."""
        first = self.denoiser.parts_of_loud(loud, now)
        if not after.sigma:
            return first.sound
        way = after.ratio - now.ratio
        there = self.denoiser.parts_of_loud(loud + way * first.noise, after)
        return loud + way * (0.5 * (first.noise + there.noise))
