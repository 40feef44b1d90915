"""A noise level: the proportions of sound and noise.

Noisy sound is x = α · sound + σ · noise with α² + σ² = 1, so α = cos(t π / 2) and σ = sin(t π / 2)
for a time t from 0 (clean) to 1 (pure noise), as in v-diffusion. Karras and others (Elucidating the
design space of diffusion-based generative models, 2022, arXiv:2206.00364) keep the strength of the
sound: x / α = sound + ratio · noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt

from approx_build.errors import ModelError
from approx_build.numerics import portable
from approx_build.numerics.angle import angle

_HALF_PI = portable.PI / 2


@dataclass(frozen=True, slots=True)
class Level:
    """One noise level; `ratio` is σ / α, Karras's sigma."""

    time: float
    alpha: float
    sigma: float
    ratio: float

    @classmethod
    def at_time(cls, time: float) -> Level:
        """The level at a time from 0 to 1; ModelError outside."""
        if not 0.0 <= time <= 1.0:
            raise ModelError(f"noise level: {time:g}; must be from 0 to 1")
        # The cosine of a rounded π / 2 is not 0, but pure noise must contain no sound.
        if time == 1.0:
            return cls(1.0, 0.0, 1.0, inf)
        alpha = float(portable.cos(time * _HALF_PI))
        sigma = float(portable.sin(time * _HALF_PI))
        return cls(float(time), alpha, sigma, sigma / alpha)

    @classmethod
    def at_ratio(cls, ratio: float) -> Level:
        """The level where noise is `ratio` times as strong as sound; ModelError below 0."""
        if not 0.0 <= ratio < inf:
            raise ModelError(f"ratio of noise to sound: {ratio:g}; must be 0 or more and finite")
        alpha = 1.0 / sqrt(1.0 + ratio * ratio)
        return cls(angle(1.0, ratio) / _HALF_PI, alpha, ratio * alpha, float(ratio))


CLEAN = Level(0.0, 1.0, 0.0, 0.0)
NOISE = Level(1.0, 0.0, 1.0, inf)
