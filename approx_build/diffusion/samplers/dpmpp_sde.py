"""DPM++ 2M SDE: as DPM++ 2M, with noise drawn afresh on the way.

The second-order multistep solver of the diffusion SDE of Lu and others, 2022 (arXiv:2211.01095,
section 4.3), by its midpoint form; k-diffusion's `dpmpp_2m_sde`.
"""

from __future__ import annotations

from math import sqrt
from typing import ClassVar

from approx_build.audio import portable
from approx_build.diffusion.level import Level
from approx_build.diffusion.parameterisation import Sound
from approx_build.diffusion.samplers.dpmpp import Dpmpp2M, log_width


class Dpmpp2MSde(Dpmpp2M):
    """One evaluation a step; with eta 0 it is DPM++ 2M."""

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
        if self._heard is not None:
            result = result + 0.5 * (1.0 - kept) * (width / self._width) * (sound - self._heard)
        if self.eta:
            fresh = after.ratio * sqrt(1.0 - shrunk * shrunk)
            result = result + fresh * self.noise(now, after)
        self._heard, self._width = sound, width
        return result
