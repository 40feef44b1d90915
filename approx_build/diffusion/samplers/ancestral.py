"""DPM++ 2S ancestral: a step too far along the slope of its middle, and noise to come back.

Lu and others, 2022 (arXiv:2211.01095), algorithm 1, with the ancestral step of Song and others
(2020, arXiv:2011.13456); k-diffusion's `dpmpp_2s_ancestral`.
"""

from __future__ import annotations

from math import sqrt
from typing import ClassVar

from approx_build.diffusion.level import Level
from approx_build.diffusion.parameterisation import Sound
from approx_build.diffusion.samplers.base import LoudSampler


class Dpmpp2SAncestral(LoudSampler):
    """Two evaluations a step, one in the last."""

    name: ClassVar[str] = "dpmpp-2s-ancestral"
    evaluations: ClassVar[int] = 2
    usual_eta: ClassVar[float] = 1.0
    takes_eta: ClassVar[bool] = True

    def loud_step(self, loud: Sound, now: Level, after: Level) -> Sound:
        """The next level by way of a cleaner one; straight to clean sound at the end."""
        sound = self.denoiser.parts_of_loud(loud, now).sound
        down, up = ancestral(now.ratio, after.ratio, self.eta)
        if not down:
            result = sound
        else:
            middle = Level.at_ratio(sqrt(now.ratio * down))
            halfway = middle.ratio / now.ratio
            mid = halfway * loud + (1.0 - halfway) * sound
            share = down / now.ratio
            result = share * loud + (1.0 - share) * self.denoiser.parts_of_loud(mid, middle).sound
        return result + up * self.noise(now, after) if up else result


def ancestral(now: float, after: float, eta: float) -> tuple[float, float]:
    """The ratio to go down to, and that of the noise to add, between ratios `now` and `after`."""
    share = after / now
    up = min(after, eta * after * sqrt(1.0 - share * share))
    return sqrt(after * after - up * up), up
