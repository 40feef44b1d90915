"""New sounds from given ones by way of noise: variation, inversion, interpolation.

**Variation** adds noise to a sound and removes it again: Harmonai's «regenerate». The noise level
sets how much is generated anew: 0 nothing, 1 everything.

**Inversion** finds the noise from which a sound would be generated. The sampler runs backwards,
from the clean sound to noise (Song and others, 2020, arXiv:2010.02502, section 4.3). With more
steps, the noise reproduces the sound more closely.

**Interpolation** follows a great circle between the noises of two sounds (Shoemake, Animating
rotation with quaternion curves, 1985), channel by channel, because the noise of every sound has
about the same length, and a straight line would pass through shorter vectors, from which no sound
is generated.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np

from approx_build.engines.diffusion.level import Level
from approx_build.engines.diffusion.parameterisation import Denoiser, Parts, Sound
from approx_build.engines.diffusion.sampling import sample
from approx_build.engines.diffusion.schedules import from_level
from approx_build.engines.diffusion.solver import Solver, latents
from approx_build.engines.progress import Progress, part_of
from approx_build.errors import ModelError
from approx_build.numerics import portable
from approx_build.numerics.angle import angle
from approx_build.numerics.stream import Stream

_LEAST_SINE = 1e-6
"""Below this sine of the angle between two directions, the path is a straight line."""


def invert(solver: Solver, sound: Sound, progress: Progress | None = None) -> Sound:
    """The noise [B, C, T] of `sound` [B, C, T], at the noisiest level of the schedule.

    ModelError when the sampler cannot run backwards: ddim and iplms can, with eta 0.
    """
    sampler = solver.sampler(Denoiser(solver.velocity), None, solver.eta)
    return sample(sampler, sound, solver.schedule[::-1], progress)


def interpolate(
    solver: Solver,
    first: Sound,
    second: Sound,
    places: Sequence[float],
    progress: Progress | None = None,
) -> Sound:
    """Sounds [P, C, T] at places from 0 (the first sound [C, T]) to 1 (the second).

    The sounds at the ends are generated from the noise of the given sounds. ModelError when a place
    is outside or the sampler cannot run backwards.
    """
    for place in places:
        if not 0 <= place <= 1:
            raise ModelError(f"place between two clips: {place:g}; must be from 0 to 1")
    total = 2 * solver.steps
    noises = invert(solver, np.stack([first, second]), part_of(progress, 0, total))
    between = np.stack([slerp(noises[0], noises[1], place) for place in places])
    # No streams: samplers that can run backwards draw no noise.
    return solver.run(between, [], progress=part_of(progress, solver.steps, total))


def evenly(count: int) -> list[float]:
    """So many places from 0 to 1 at equal distances, including both ends; the middle for one."""
    return [0.5] if count == 1 else [index / (count - 1) for index in range(count)]


def slerp(first: Sound, second: Sound, place: float) -> Sound:
    """Each channel of [C, T] turned from `first` towards `second`; exact at both ends."""
    rows = [_row(a, b, place) for a, b in zip(first, second, strict=True)]
    return np.stack(rows).astype(np.float32)


def _row(first: Sound, second: Sound, place: float) -> Sound:
    between = _angle_between(first.astype(np.float64), second.astype(np.float64))
    sine = float(portable.sin(between))
    # The formula divides by the sine; for nearly equal or opposite directions it loses all digits.
    if sine < _LEAST_SINE:
        return (1.0 - place) * first + place * second
    before = float(portable.sin((1.0 - place) * between)) / sine
    behind = float(portable.sin(place * between)) / sine
    return before * first + behind * second


def _angle_between(first: np.ndarray, second: np.ndarray) -> float:
    """The angle between two directions [T], radians from 0 to π; 0 when one has no length.

    Twice the angle with the tangent |a - b| / |a + b| (Kahan), accurate for small angles, too.
    """
    # Not np.linalg.norm, which sums by BLAS, in an order that depends on the processor.
    lengths = [sqrt(float((row * row).sum())) for row in (first, second)]
    if not all(lengths):
        return 0.0
    a, b = first / lengths[0], second / lengths[1]
    apart, along = ((a - b) * (a - b)).sum(), ((a + b) * (a + b)).sum()
    return 2.0 * angle(sqrt(float(along)), sqrt(float(apart)))


def vary(
    solver: Solver,
    sound: Sound,
    noise_level: float,
    streams: Sequence[Stream],
    progress: Progress | None = None,
) -> Sound:
    """A variation of each item of `sound` [B, C, T]; ModelError unless `noise_level` is 0 to 1.

    The steps are those of the schedule below the level, so a lower level takes fewer. A sampler
    that cannot begin with pure noise begins at the noisiest level of its schedule at most.
    """
    start = Level.at_time(noise_level)
    # Level 0 keeps everything: no sampler step would change the sound.
    if not start.sigma:
        return sound.copy()
    schedule = from_level(solver.schedule, start)
    noisy = Parts(sound, latents(streams, *sound.shape[1:])).at(schedule[0])
    return solver.run(noisy, streams, schedule, progress)
