"""Interpolation: sounds between two sounds, by way of the noise behind them.

Noise is interpolated along a great circle (Shoemake, Animating rotation with quaternion curves,
1985), channel by channel, since noise of every sound has about the same length, and a straight
line would pass through shorter ones, which no sound is made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np

from approx_build.audio import portable
from approx_build.diffusion.angle import angle
from approx_build.diffusion.inversion import invert
from approx_build.diffusion.parameterisation import Sound
from approx_build.diffusion.sampling import Told, part_of
from approx_build.diffusion.solver import Solver
from approx_build.errors import ModelError

_LEAST_SINE = 1e-6
"""Below this sine of the angle between two directions the way is a straight line."""


def interpolate(
    solver: Solver,
    first: Sound,
    second: Sound,
    places: Sequence[float],
    progress: Told | None = None,
) -> Sound:
    """Sounds [P, C, T] at places from 0 (the first sound [C, T]) to 1 (the second).

    At the ends stands what the network makes of the noise behind the sounds themselves.
    ModelError when a place is outside or the sampler cannot go backwards.
    """
    for place in places:
        if not 0 <= place <= 1:
            raise ModelError(f"place between two clips: {place:g}; must be from 0 to 1")
    total = 2 * solver.steps
    noises = invert(solver, np.stack([first, second]), part_of(progress, 0, total))
    between = np.stack([slerp(noises[0], noises[1], place) for place in places])
    return solver.run(between, [], progress=part_of(progress, solver.steps, total))


def evenly(count: int) -> list[float]:
    """So many places from 0 to 1 at equal distances, both ends included; the middle for one."""
    return [0.5] if count == 1 else [index / (count - 1) for index in range(count)]


def slerp(first: Sound, second: Sound, place: float) -> Sound:
    """Each channel of [C, T] turned from `first` towards `second`; exact at both ends."""
    rows = [_row(a, b, place) for a, b in zip(first, second, strict=True)]
    return np.stack(rows).astype(np.float32)


def _row(first: Sound, second: Sound, place: float) -> Sound:
    between = _angle_between(first.astype(np.float64), second.astype(np.float64))
    sine = float(portable.sin(between))
    if sine < _LEAST_SINE:
        return (1.0 - place) * first + place * second
    before = float(portable.sin((1.0 - place) * between)) / sine
    behind = float(portable.sin(place * between)) / sine
    return before * first + behind * second


def _angle_between(first: np.ndarray, second: np.ndarray) -> float:
    """The angle between two directions [T], radians from 0 to π; 0 when one has no length.

    Twice that whose tangent is |a - b| / |a + b| (Kahan), accurate for small angles too.
    """
    lengths = [sqrt(float((row * row).sum())) for row in (first, second)]
    if not all(lengths):
        return 0.0
    a, b = first / lengths[0], second / lengths[1]
    apart, along = ((a - b) * (a - b)).sum(), ((a + b) * (a + b)).sum()
    return 2.0 * angle(sqrt(float(along)), sqrt(float(apart)))
