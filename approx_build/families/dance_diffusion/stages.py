"""Stages of a DanceDiffusion take: its first window at several steps from noise to sound."""

from __future__ import annotations

from approx_build.audio.clip import Clip
from approx_build.engines.diffusion.level import Level
from approx_build.engines.diffusion.outpainting import of_window
from approx_build.engines.diffusion.parameterisation import Sound, Velocity
from approx_build.engines.progress import Progress
from approx_build.families.base import Stage, Weights
from approx_build.families.dance_diffusion.draw import full_scale, velocity_of
from approx_build.families.dance_diffusion.parameters import DanceDiffusionParameters
from approx_build.families.dance_diffusion.sampling import Sampling
from approx_build.numerics.stream import Stream


def stages(
    network: DanceDiffusionParameters,
    weights: Weights,
    stream: str,
    sampling: Sampling,
    count: int,
    device: str = "cpu",
    progress: Progress | None = None,
    velocity: Velocity | None = None,
) -> list[Stage]:
    """Stages [C, window] at equal distances in steps; the last is the first window of the take.

    The take begins after the margin of this window. `velocity` replaces the network in tests.
    """
    solver = sampling.solver(velocity or velocity_of(network, weights, device))
    shown, seen = moments(solver.steps, count), list[Stage]()

    def watch(step: int, level: Level, x: Sound) -> None:
        if step in shown:
            seen.append(_stage(network, step, level, x))

    own = [of_window(Stream(stream), 0)]
    solver.generate(own, network.channels, network.window, progress, watch)
    return seen


def moments(steps: int, count: int) -> list[int]:
    """`count` of the steps from 0 to `steps`, including both, at distances as equal as possible.

    All steps if there are no more; `count` is 2 or more.
    """
    apart = count - 1
    return sorted({(2 * place * steps + apart) // (2 * apart) for place in range(count)})


def _stage(network: DanceDiffusionParameters, step: int, level: Level, x: Sound) -> Stage:
    """The stage after a step; its noise may exceed full scale, but the finished sound does not."""
    sound = x[0] if level.sigma else full_scale(x[0])
    return Stage(step, level.time, level.sigma, Clip(sound, network.rate))
