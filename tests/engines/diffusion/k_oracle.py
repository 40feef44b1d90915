"""What k-diffusion's samplers make of the test network, and what ours do."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from approx_build.engines.diffusion import schedules
from approx_build.engines.diffusion.level import Level
from approx_build.engines.diffusion.parameterisation import Denoiser, Sound
from approx_build.engines.diffusion.samplers.base import Sampler
from approx_build.engines.diffusion.sampling import sample
from approx_build.engines.diffusion.schedules import Schedule
from tests.engines.diffusion.networks import noise, wavy, wavy_in_torch
from tests.oracles.packages import k_diffusion

TOLERANCE = 3e-5
SCHEDULES = {
    "karras": schedules.karras(14, 0.01, 80),
    "polyexponential": schedules.polyexponential(9, 0.02, 30),
    "two steps": schedules.karras(2, 0.01, 10),
}
LATENT = noise(2, 2, 30, name="latent")


class Drawn:
    """Noise by its number, for theirs and ours alike."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, now: object, after: object) -> Sound:
        self.count += 1
        return noise(*LATENT.shape, name=f"drawn {self.count}")


def theirs(function: str, schedule: Schedule, is_random: bool = False, **options: Any) -> Any:
    """Sound [B, C, T], float64."""
    if is_random:
        drawn = Drawn()
        options["noise_sampler"] = lambda *ends: torch.from_numpy(drawn(*ends)).double()
    k = k_diffusion()
    ratios = torch.tensor([level.ratio for level in schedule], dtype=torch.float64)
    start = torch.from_numpy(LATENT).double() * ratios[0]
    found = getattr(k, function)(k.VDenoiser(wavy_in_torch), start, ratios, **options)
    return found.numpy()


def ours(sampler: type[Sampler], schedule: Schedule, eta: float | None = None) -> NDArray[Any]:
    """Sound [B, C, T]."""
    start: Level = schedule[0]
    run = sampler(Denoiser(wavy), Drawn(), eta)
    return np.asarray(sample(run, start.sigma * LATENT, schedule))
