"""Samplers that draw fresh noise between noise and sound, both from DPM-Solver++.

Lu and others, 2022 (arXiv:2211.01095); k-diffusion has them as `dpmpp_2s_ancestral` and
`dpmpp_2m_sde`.
"""

from __future__ import annotations

from math import sqrt
from typing import ClassVar

from approx_build.engines.diffusion.level import Level
from approx_build.engines.diffusion.parameterisation import Sound
from approx_build.engines.diffusion.samplers.base import LoudSampler
from approx_build.engines.diffusion.samplers.deterministic import Dpmpp2M, log_width
from approx_build.numerics import portable


class Dpmpp2SAncestral(LoudSampler):
    """A step beyond the next level along the slope at its middle, then noise to return to it.

    Two evaluations per step, one in the last. Algorithm 1 of the paper, with the ancestral step of
    Song and others (2020, arXiv:2011.13456).
    """

    name: ClassVar[str] = "dpmpp-2s-ancestral"
    evaluations: ClassVar[int] = 2
    usual_eta: ClassVar[float] = 1.0
    takes_eta: ClassVar[bool] = True

    def loud_step(self, loud: Sound, now: Level, after: Level) -> Sound:
        """The next level, by way of a cleaner one; straight to clean sound at the end."""
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
    """The ratio to reach, and that of the noise to add, between ratios `now` and `after`."""
    share = after / now
    up = min(after, eta * after * sqrt(1.0 - share * share))
    return sqrt(after * after - up * up), up


class Dpmpp2MSde(Dpmpp2M):
    """DPM++ 2M with noise drawn again on the way; one evaluation per step; with eta 0 DPM++ 2M.

    The second-order multistep solver of the diffusion SDE (section 4.3), in its midpoint form.
    """

    name: ClassVar[str] = "dpmpp-2m-sde"
    usual_eta: ClassVar[float] = 1.0
    takes_eta: ClassVar[bool] = True

    def loud_step(self, loud: Sound, now: Level, after: Level) -> Sound:
        """The next level; straight to clean sound at the end."""
        sound = self.denoiser.parts_of_loud(loud, now).sound
        if not after.sigma:
            return sound
        width, share = log_width(now, after), after.ratio / now.ratio
        shrunk = float(portable.power(share, self.eta))
        kept = share * shrunk
        result = kept * loud + (1.0 - kept) * sound
        if self._previous is not None:
            result = result + 0.5 * (1.0 - kept) * (width / self._width) * (sound - self._previous)
        if self.eta:
            fresh = after.ratio * sqrt(1.0 - shrunk * shrunk)
            result = result + fresh * self.noise(now, after)
        self._previous, self._width = sound, width
        return result
