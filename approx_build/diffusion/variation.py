"""Variation: noise over a sound, then sound out of that noise again.

Harmonai's «regenerate»; the noise level says how much is made anew: at 0 nothing, at 1 all.
"""

from __future__ import annotations

from collections.abc import Sequence

from approx_build.audio.stream import Stream
from approx_build.diffusion.latents import latents
from approx_build.diffusion.level import Level
from approx_build.diffusion.parameterisation import Parts, Sound
from approx_build.diffusion.sampling import Told
from approx_build.diffusion.schedules import from_level
from approx_build.diffusion.solver import Solver


def vary(
    solver: Solver,
    sound: Sound,
    noise_level: float,
    streams: Sequence[Stream],
    progress: Told | None = None,
) -> Sound:
    """A variation of each item of `sound` [B, C, T]; ModelError unless `noise_level` is 0 to 1.

    The steps are those of the schedule below the level, so a lower level takes fewer. A sampler
    that cannot begin at noise alone begins at the noisiest level of its schedule at most.
    """
    start = Level.at_time(noise_level)
    if not start.sigma:
        return sound.copy()
    schedule = from_level(solver.schedule, start)
    noisy = Parts(sound, latents(streams, *sound.shape[1:])).at(schedule[0])
    return solver.run(noisy, streams, schedule, progress)
