"""All samplers by name."""

from __future__ import annotations

from approx_build.engines.diffusion.samplers.base import Sampler
from approx_build.engines.diffusion.samplers.deterministic import (
    Ddim,
    Dpm2,
    Dpmpp2M,
    Heun,
    Iplms,
    Lms,
)
from approx_build.engines.diffusion.samplers.stochastic import Dpmpp2MSde, Dpmpp2SAncestral

SAMPLERS: dict[str, type[Sampler]] = {
    sampler.name: sampler
    for sampler in (Ddim, Iplms, Heun, Lms, Dpm2, Dpmpp2SAncestral, Dpmpp2M, Dpmpp2MSde)
}
