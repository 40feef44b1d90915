"""DPM++ 2M: towards the sound, extrapolated from what the network heard the step before.

Lu and others, DPM-Solver++, 2022 (arXiv:2211.01095), algorithm 2, in Karras's form: with
λ = -ln(ratio) a step of h = λ' - λ keeps ratio' / ratio = e^-h of what there is.
"""

from __future__ import annotations

from typing import ClassVar

from approx_build.audio import portable
from approx_build.diffusion.level import Level
from approx_build.diffusion.parameterisation import Denoiser, Sound
from approx_build.diffusion.samplers.base import LoudSampler, Noise


class Dpmpp2M(LoudSampler):
    """One evaluation a step, and the sound heard in the step before."""

    name: ClassVar[str] = "dpmpp-2m"

    def __init__(
        self, denoiser: Denoiser, noise: Noise | None = None, eta: float | None = None
    ) -> None:
        super().__init__(denoiser, noise, eta)
        self._heard: Sound | None = None
        self._width = 0.0

    def loud_step(self, loud: Sound, now: Level, after: Level) -> Sound:
        """The next level; straight to clean sound at the end."""
        sound = self.denoiser.parts_of_loud(loud, now).sound
        if not after.sigma:
            return sound
        width, kept = log_width(now, after), after.ratio / now.ratio
        ahead = sound
        if self._heard is not None:
            pull = 0.5 * width / self._width
            ahead = (1.0 + pull) * sound - pull * self._heard
        self._heard, self._width = sound, width
        return kept * loud + (1.0 - kept) * ahead


def log_width(now: Level, after: Level) -> float:
    """The way between two levels in λ, the logarithm of sound to noise."""
    return float(portable.log(now.ratio / after.ratio))
