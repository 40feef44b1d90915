"""LMS: a step along the polynomial through the slopes of the last four levels.

Linear multistep of order 4 for levels at any distances (Hairer, Nørsett and Wanner, Solving
ordinary differential equations I, section III.5), in Karras's form; k-diffusion's `lms`.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import ClassVar

from approx_build.diffusion.level import Level
from approx_build.diffusion.parameterisation import Denoiser, Sound
from approx_build.diffusion.samplers.base import LoudSampler, Noise

ORDER = 4


class Lms(LoudSampler):
    """One evaluation a step, and the slopes of the three steps before."""

    name: ClassVar[str] = "lms"

    def __init__(
        self, denoiser: Denoiser, noise: Noise | None = None, eta: float | None = None
    ) -> None:
        super().__init__(denoiser, noise, eta)
        self._slopes: list[Sound] = []
        self._ratios: list[float] = []

    def loud_step(self, loud: Sound, now: Level, after: Level) -> Sound:
        """The next level by the integral of the polynomial."""
        slope = self.denoiser.parts_of_loud(loud, now).noise
        self._slopes = [slope, *self._slopes][:ORDER]
        self._ratios = [now.ratio, *self._ratios][:ORDER]
        for index, past in enumerate(self._slopes):
            loud = loud + weight(self._ratios, index, after.ratio) * past
        return loud


def weight(points: Sequence[float], index: int, end: float) -> float:
    """The integral from points[0] to `end` of the polynomial that is 1 at one point, 0 at others.

    Gauss and Legendre's two points are exact for the cubic that four points make.
    """
    middle, half = 0.5 * (end + points[0]), 0.5 * (end - points[0])
    away = half / sqrt(3.0)
    return half * (_basis(points, index, middle - away) + _basis(points, index, middle + away))


def _basis(points: Sequence[float], index: int, at: float) -> float:
    product = 1.0
    for other, point in enumerate(points):
        if other != index:
            product *= (at - point) / (points[index] - point)
    return product
