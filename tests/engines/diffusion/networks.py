"""Networks known in closed form, and streams to sample them with."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from approx_build.engines.diffusion.level import Level
from approx_build.engines.diffusion.parameterisation import Parts, Sound, Velocity, parts_by_sound
from approx_build.numerics.stream import Stream


def wavy(x: Any, time: Any) -> Any:
    """A smooth network of no meaning, in NumPy as in torch."""
    return 0.7 * x / (1 + x * x) - 0.5 * (1 - time) * x + 0.2


def wavy_in_torch(x: Any, time: Any, **others: object) -> Any:
    """The same, as other packages call theirs: with a time for each item."""
    return wavy(x, time.view(-1, 1, 1))


def gaussian(mean: float, deviation: float) -> Velocity:
    """The best network for sound whose samples are independent and normal."""

    def velocity(x: Sound, time: float) -> Sound:
        level = Level.at_time(time)
        power = level.alpha**2 * deviation**2 + level.sigma**2
        away = x - level.alpha * mean
        sound = mean + level.alpha * deviation**2 / power * away
        return Parts(sound, level.sigma / power * away).velocity(level)

    return velocity


def correlated(covariance: NDArray[np.float64]) -> Velocity:
    """The best network for normal windows of mean 0 and this covariance [T, T]."""
    powers, directions = np.linalg.eigh(covariance)

    def velocity(x: Sound, time: float) -> Sound:
        level = Level.at_time(time)
        noisy = level.alpha**2 * powers + level.sigma**2
        along = x @ directions
        sound = (along * (level.alpha * powers / noisy)) @ directions.T
        noise = (along * (level.sigma / noisy)) @ directions.T
        return Parts(sound, noise).velocity(level).astype(np.float32)

    return velocity


def one_sound(sound: Sound) -> Velocity:
    """The best network when there is but one sound [C, T]; not asked at level 0."""

    def velocity(x: Sound, time: float) -> Sound:
        level = Level.at_time(time)
        return parts_by_sound(x, np.broadcast_to(sound, x.shape), level).velocity(level)

    return velocity


def streams(count: int, name: str = "item") -> list[Stream]:
    """A stream for each item."""
    return [Stream.named(name, index) for index in range(count)]


def noise(*shape: int, name: str = "noise") -> Sound:
    """Standard normal numbers of a shape."""
    from approx_build.numerics.normal import normals

    return normals(Stream.named(name), int(np.prod(shape))).reshape(shape)
