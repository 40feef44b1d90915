"""Inpainting: generates the missing parts of a sound so that they fit the known parts.

Where the sound is known, the network is overruled: the sampler treats its prediction as equal to
the known sound. The rest fits only gradually, so every few steps are repeated several times, with
fresh noise to go back (Lugmayr and others, RePaint, 2022, arXiv:2201.09865, section 4.2). Works
with any sampler.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from approx_build.engines.diffusion.crossfade import Joins
from approx_build.engines.diffusion.level import Level
from approx_build.engines.diffusion.parameterisation import (
    Parts,
    Sound,
    Velocity,
    parts_by_sound,
    parts_by_velocity,
)
from approx_build.engines.diffusion.schedules import Schedule
from approx_build.engines.diffusion.solver import Solver, latents
from approx_build.engines.progress import Progress, part_of
from approx_build.errors import ModelError
from approx_build.numerics.stream import Stream


@dataclass(frozen=True, slots=True)
class Resampling:
    """Each `stride` steps of a schedule are repeated `times` times."""

    times: int = 4
    stride: int = 5

    def blocks(self, schedule: Schedule) -> list[Schedule]:
        """The schedule in sections of `stride` steps, the last perhaps shorter."""
        last = len(schedule) - 1
        return [schedule[at : at + self.stride + 1] for at in range(0, last, self.stride)]

    def steps(self, schedule: Schedule) -> int:
        """Total number of steps."""
        return self.times * (len(schedule) - 1)


def inpaint(
    solver: Solver,
    known: Sound,
    is_known: NDArray[np.bool_],
    streams: Sequence[Stream],
    resampling: Resampling,
    progress: Progress | None = None,
) -> Sound:
    """`known` [B, C, T] where `is_known`, and generated sound that fits it elsewhere.

    `is_known` is [T], [C, T] or [B, C, T]. ModelError when nothing is known or nothing is missing.
    """
    if is_known.all() or not is_known.any():
        raise ModelError("inpainting: needs something that is known and something that is missing")
    # The content of the missing part must not influence the result.
    masked = np.where(is_known, known, np.float32(0))
    filling = replace(solver, velocity=with_known_part(solver.velocity, masked, is_known))
    x = Parts(masked, latents(streams, *known.shape[1:])).at(solver.schedule[0])
    done, total = 0, resampling.steps(solver.schedule)
    for number, block in enumerate(resampling.blocks(solver.schedule)):
        for turn in range(resampling.times):
            own = [stream.child("block", number, turn) for stream in streams]
            # Going back with fresh noise lets the generated part adapt to the known part.
            if turn:
                x = noised_again(x, block[-1], block[0], latents(own, *known.shape[1:]))
            x = filling.run(x, own, block, part_of(progress, done, total))
            done += len(block) - 1
    # The sampler only approaches the known sound; the result must equal it.
    return np.where(is_known, known, x)


def with_known_part(velocity: Velocity, known: Sound, is_known: NDArray[np.bool_]) -> Velocity:
    """A network that predicts `known` where it is known, and as `velocity` elsewhere.

    At a join, the first is blended into the second (`joins`).
    """
    joins = Joins(known, is_known)

    def holding(x: Sound, time: float) -> Sound:
        level = Level.at_time(time)
        predicted = velocity(x, time)
        # Clean sound has no noise from which v could be computed.
        if not level.sigma:
            return predicted
        clean = parts_by_velocity(x, predicted, level).sound
        whole = joins.joined(clean)
        return parts_by_sound(x, whole, level).velocity(level)

    return holding


def noised_again(x: Sound, now: Level, before: Level, noise: Sound) -> Sound:
    """`x` [B, C, T] at level `now`, moved to the noisier level `before` with fresh noise."""
    share = before.alpha / now.alpha
    # Rounding may leave the difference of nearly equal levels below 0.
    fresh = sqrt(max(0.0, before.sigma * before.sigma - share * share * now.sigma * now.sigma))
    return share * x + fresh * noise
