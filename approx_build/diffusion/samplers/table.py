"""All samplers by name."""

from __future__ import annotations

from approx_build.diffusion.samplers.ancestral import Dpmpp2SAncestral
from approx_build.diffusion.samplers.base import Sampler
from approx_build.diffusion.samplers.ddim import Ddim
from approx_build.diffusion.samplers.dpm2 import Dpm2
from approx_build.diffusion.samplers.dpmpp import Dpmpp2M
from approx_build.diffusion.samplers.dpmpp_sde import Dpmpp2MSde
from approx_build.diffusion.samplers.heun import Heun
from approx_build.diffusion.samplers.iplms import Iplms
from approx_build.diffusion.samplers.lms import Lms

SAMPLERS: dict[str, type[Sampler]] = {
    sampler.name: sampler
    for sampler in (Ddim, Iplms, Heun, Lms, Dpm2, Dpmpp2SAncestral, Dpmpp2M, Dpmpp2MSde)
}
