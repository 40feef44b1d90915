"""Inversion: the noise that a sound would be made of.

The sampler goes its way backwards, from the clean sound to noise (Song and others, 2020,
arXiv:2010.02502, section 4.3). More steps come back to the sound more nearly.
"""

from __future__ import annotations

from approx_build.diffusion.parameterisation import Denoiser, Sound
from approx_build.diffusion.sampling import Told, sample
from approx_build.diffusion.solver import Solver


def invert(solver: Solver, sound: Sound, progress: Told | None = None) -> Sound:
    """The noise [B, C, T] behind `sound` [B, C, T], at the noisiest level of the schedule.

    ModelError when the sampler cannot go backwards: ddim and iplms can, with eta 0.
    """
    sampler = solver.sampler(Denoiser(solver.velocity), None, solver.eta)
    return sample(sampler, sound, solver.schedule[::-1], progress)
