"""Samplers that solve the equation from noise to sound without fresh noise.

Only DDIM can add some. The samplers in Karras's form (Karras and others, Elucidating the design
space of diffusion-based generative models, 2022, arXiv:2206.00364) work on sound + ratio · noise;
k-diffusion has the same ones as `heun`, `lms`, `dpm_2` and `dpmpp_2m`.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import ClassVar

from approx_build.engines.diffusion.level import Level
from approx_build.engines.diffusion.parameterisation import Denoiser, Sound, parts_by_noise
from approx_build.engines.diffusion.samplers.base import LoudSampler, Noise, Sampler
from approx_build.numerics import portable


class Ddim(Sampler):
    """Straight towards the sound that the network predicts, with `eta` of the noise drawn again.

    One evaluation per step. With eta 0 it can run backwards, with eta 1 it is DDPM. Song, Meng and
    Ermon, Denoising diffusion implicit models, 2020 (arXiv:2010.02502), equations 12 and 16, as in
    v-diffusion.
    """

    name: ClassVar[str] = "ddim"
    takes_eta: ClassVar[bool] = True
    is_reversible: ClassVar[bool] = True

    def step(self, x: Sound, now: Level, after: Level) -> Sound:
        """The same sound and noise at the next level, with part of the noise drawn again."""
        parts = self.denoiser.parts(x, now)
        # Clean sound contains no noise, so the last step draws none.
        if not (self.eta and after.sigma):
            return parts.at(after)
        share = now.alpha / after.alpha
        fresh = self.eta * (after.sigma / now.sigma) * sqrt(1.0 - share * share)
        # Rounding may make the difference negative if all noise is fresh.
        kept = sqrt(max(0.0, after.sigma * after.sigma - fresh * fresh))
        mixed: Sound = after.alpha * parts.sound + kept * parts.noise
        return mixed + fresh * self.noise(now, after)


class Heun(LoudSampler):
    """A step along the mean of the slopes at its beginning and at its end.

    Two evaluations per step, one in the last. Karras and others, 2022, algorithm 1.
    """

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


_COEFFICIENTS = (
    (1.0,),
    (3 / 2, -1 / 2),
    (23 / 12, -16 / 12, 5 / 12),
    (55 / 24, -59 / 24, 37 / 24, -9 / 24),
)
"""By order, for the latest noise first."""


class Iplms(Sampler):
    """A straight step along a noise extrapolated from the last four; one evaluation per step.

    Zhang and Chen, Fast sampling of diffusion models with exponential integrator, 2022
    (arXiv:2204.13902), algorithm 1: the pseudo linear multistep method of Liu and others (2022,
    arXiv:2202.09778) without its warm-up; the coefficients of Adams and Bashforth, of ascending
    order.
    """

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
        # The formula below would give the same, but divides by α, which is 0 at pure noise.
        if len(self._noises) == 1:
            return parts.at(after)
        coefficients = _COEFFICIENTS[len(self._noises) - 1]
        ahead = coefficients[0] * self._noises[0]
        for coefficient, noise in zip(coefficients[1:], self._noises[1:], strict=True):
            ahead = ahead + coefficient * noise
        return parts_by_noise(x, ahead, now).at(after)


ORDER = 4


class Lms(LoudSampler):
    """A step along the polynomial through the slopes of the last four levels; one evaluation.

    Linear multistep method of order 4 for levels at any distances (Hairer, Nørsett and Wanner,
    Solving ordinary differential equations I, section III.5), in Karras's form.
    """

    name: ClassVar[str] = "lms"

    def __init__(
        self, denoiser: Denoiser, noise: Noise | None = None, eta: float | None = None
    ) -> None:
        super().__init__(denoiser, noise, eta)
        self._slopes: list[Sound] = []
        self._ratios: list[float] = []

    def loud_step(self, loud: Sound, now: Level, after: Level) -> Sound:
        """The next level, by the integral of the polynomial."""
        slope = self.denoiser.parts_of_loud(loud, now).noise
        self._slopes = [slope, *self._slopes][:ORDER]
        self._ratios = [now.ratio, *self._ratios][:ORDER]
        for index, past in enumerate(self._slopes):
            loud = loud + weight(self._ratios, index, after.ratio) * past
        return loud


def weight(points: Sequence[float], index: int, end: float) -> float:
    """The integral from points[0] to `end` of the polynomial that is 1 at one point, 0 at others.

    The two-point rule of Gauss and Legendre is exact for the cubic polynomial of four points.
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


class Dpm2(LoudSampler):
    """A step along the slope at its middle; two evaluations per step, one in the last.

    The midpoint rule, with the middle between the logarithms of the levels, as in DPM-Solver-2 (Lu
    and others, 2022, arXiv:2206.00927, algorithm 1), in Karras's form.
    """

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


class Dpmpp2M(LoudSampler):
    """Towards the sound, extrapolated from the predictions of this step and the one before.

    One evaluation per step. Lu and others, DPM-Solver++, 2022 (arXiv:2211.01095), algorithm 2, in
    Karras's form: with λ = -ln(ratio), a step of h = λ' - λ keeps ratio' / ratio = e^-h.
    """

    name: ClassVar[str] = "dpmpp-2m"

    def __init__(
        self, denoiser: Denoiser, noise: Noise | None = None, eta: float | None = None
    ) -> None:
        super().__init__(denoiser, noise, eta)
        self._previous: Sound | None = None
        self._width = 0.0

    def loud_step(self, loud: Sound, now: Level, after: Level) -> Sound:
        """The next level; straight to clean sound at the end."""
        sound = self.denoiser.parts_of_loud(loud, now).sound
        if not after.sigma:
            return sound
        width, kept = log_width(now, after), after.ratio / now.ratio
        ahead = sound
        if self._previous is not None:
            pull = 0.5 * width / self._width
            ahead = (1.0 + pull) * sound - pull * self._previous
        self._previous, self._width = sound, width
        return kept * loud + (1.0 - kept) * ahead


def log_width(now: Level, after: Level) -> float:
    """The distance of two levels in λ, the logarithm of the ratio of sound to noise."""
    return float(portable.log(now.ratio / after.ratio))
