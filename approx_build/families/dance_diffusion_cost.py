"""The work that takes of a DanceDiffusion network are: how often it is asked about a window.

Off the path of a sample: it counts work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from approx_build.diffusion.extension import windows
from approx_build.diffusion.margins import worked_on
from approx_build.diffusion.samplers.table import SAMPLERS
from approx_build.diffusion.windowed import starts

if TYPE_CHECKING:
    from approx_build.families.dance_diffusion import DanceDiffusion
    from approx_build.families.dance_diffusion_sampling import Sampling

_ONE_CLIP = 1.0 / 8
"""An inversion of two sounds serves all the clips between them, of which there may be eight."""


def evaluations(
    network: DanceDiffusion, samples: int, sampling: Sampling, way: str | None
) -> float:
    """How many windows the network is asked about for a clip, nearly.

    A variation goes a part of the steps only, which is not known here: all are counted.
    """
    window, once = network.window, sampling.steps * SAMPLERS[sampling.sampler].evaluations
    again = once * sampling.resampling_times
    covered = len(starts(worked_on(samples, window), window))
    match way:
        case "vary":
            return once * covered
        case "inpaint":
            return again * covered
        case "between":
            return once * covered * (1 + 2 * _ONE_CLIP)
        case "prime" | "extend":
            return again * windows(window // 2, samples, window)
        case _:
            return once + again * (windows(0, samples, window) - 1)
