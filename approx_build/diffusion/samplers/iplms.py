"""iPLMS: a straight step along a noise that is extrapolated from the last four.

Zhang and Chen, Fast sampling of diffusion models with exponential integrator, 2022
(arXiv:2204.13902), algorithm 1: the pseudo linear multistep method of Liu and others (2022,
arXiv:2202.09778) without its warm-up; Adams and Bashforth's coefficients of rising order.
"""

from __future__ import annotations

from typing import ClassVar

from approx_build.diffusion.level import Level
from approx_build.diffusion.parameterisation import Denoiser, Sound, parts_by_noise
from approx_build.diffusion.samplers.base import Noise, Sampler

_COEFFICIENTS = (
    (1.0,),
    (3 / 2, -1 / 2),
    (23 / 12, -16 / 12, 5 / 12),
    (55 / 24, -59 / 24, 37 / 24, -9 / 24),
)
"""By order, for the latest noise first."""


class Iplms(Sampler):
    """One evaluation a step, and the noises of the three steps before."""

    name: ClassVar[str] = "iplms"
    is_reversible: ClassVar[bool] = True

    def __init__(
        self, denoiser: Denoiser, noise: Noise | None = None, eta: float | None = None
    ) -> None:
        super().__init__(denoiser, noise, eta)
        self._noises: list[Sound] = []

    def step(self, x: Sound, now: Level, after: Level) -> Sound:
        """The next level along the extrapolated noise."""
        parts = self.denoiser.parts(x, now)
        self._noises = [parts.noise, *self._noises][: len(_COEFFICIENTS)]
        if len(self._noises) == 1:
            return parts.at(after)
        coefficients = _COEFFICIENTS[len(self._noises) - 1]
        ahead = coefficients[0] * self._noises[0]
        for coefficient, noise in zip(coefficients[1:], self._noises[1:], strict=True):
            ahead = ahead + coefficient * noise
        return parts_by_noise(x, ahead, now).at(after)
