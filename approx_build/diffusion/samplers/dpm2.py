"""DPM-2: a step along the slope at its middle.

The midpoint rule with the middle between the logarithms of the levels, as DPM-Solver-2 has it
(Lu and others, 2022, arXiv:2206.00927, algorithm 1), in Karras's form; k-diffusion's `dpm_2`.
"""

from __future__ import annotations

from math import sqrt
from typing import ClassVar

from approx_build.diffusion.level import Level
from approx_build.diffusion.parameterisation import Sound
from approx_build.diffusion.samplers.base import LoudSampler


class Dpm2(LoudSampler):
    """Two evaluations a step, one in the last."""

    name: ClassVar[str] = "dpm-2"
    evaluations: ClassVar[int] = 2

    def loud_step(self, loud: Sound, now: Level, after: Level) -> Sound:
        """The next level by the midpoint rule; straight to clean sound at the end."""
        first = self.denoiser.parts_of_loud(loud, now)
        if not after.sigma:
            return first.sound
        middle = Level.at_ratio(sqrt(now.ratio * after.ratio))
        halfway = loud + (middle.ratio - now.ratio) * first.noise
        return loud + (after.ratio - now.ratio) * self.denoiser.parts_of_loud(halfway, middle).noise
