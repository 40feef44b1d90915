"""The interface of a sampler, which moves noisy sound from one noise level to the next."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar

from approx_build.engines.diffusion.level import Level
from approx_build.engines.diffusion.parameterisation import Denoiser, Sound
from approx_build.errors import ModelError

Noise = Callable[[Level, Level], Sound]
"""Standard normal noise [B, C, T] for the step from one level to another."""


class Sampler(ABC):
    """One run from noise to sound. Some samplers store their last steps, so each run has its own.

    `eta` is the share of the noise that is drawn again in each step: 0 for none.
    """

    name: ClassVar[str]
    usual_eta: ClassVar[float] = 0.0
    takes_eta: ClassVar[bool] = False
    """Whether the sampler can draw fresh noise."""
    begins_at_noise: ClassVar[bool] = True
    """Whether the first level may be pure noise."""
    evaluations: ClassVar[int] = 1
    """Number of evaluations of the network per step."""
    is_reversible: ClassVar[bool] = False
    """Whether the sampler can run from sound to noise."""

    def __init__(
        self, denoiser: Denoiser, noise: Noise | None = None, eta: float | None = None
    ) -> None:
        self.denoiser = denoiser
        self.eta = type(self).usual_eta if eta is None else eta
        if not 0 <= self.eta <= 1:
            raise ModelError(f"eta: {self.eta:g}; must be from 0 to 1")
        if self.eta and not self.takes_eta:
            raise ModelError(f"eta: {self.eta:g}; sampler {self.name} adds no noise")
        if self.eta and noise is None:
            raise ModelError(f"sampler {self.name}: eta {self.eta:g} needs a source of noise")
        self._noise = noise

    @abstractmethod
    def step(self, x: Sound, now: Level, after: Level) -> Sound:
        """`x` [B, C, T] at level `now`, moved to level `after`."""

    def noise(self, now: Level, after: Level) -> Sound:
        """Fresh noise for the step between two levels [B, C, T]."""
        assert self._noise is not None
        return self._noise(now, after)


class LoudSampler(Sampler):
    """A sampler for sound + ratio · noise, Karras's form; it cannot begin with pure noise.

    There (sound + ratio · noise - sound) / ratio, the slope of the solution, is the noise itself.
    """

    begins_at_noise: ClassVar[bool] = False

    def step(self, x: Sound, now: Level, after: Level) -> Sound:
        """`x` [B, C, T] at level `now`, moved to level `after`."""
        return self.loud_step(x / now.alpha, now, after) * after.alpha

    @abstractmethod
    def loud_step(self, loud: Sound, now: Level, after: Level) -> Sound:
        """Sound + ratio · noise [B, C, T], moved from level `now` to level `after`."""
