from __future__ import annotations

import numpy as np
import pytest
import torch

from approx_build.engines.diffusion import schedules
from approx_build.engines.diffusion.level import NOISE, Level
from approx_build.engines.diffusion.parameterisation import Denoiser, Parts
from approx_build.engines.diffusion.samplers.deterministic import Ddim
from approx_build.engines.diffusion.sampling import sample
from tests.engines.diffusion.networks import noise, wavy, wavy_in_torch
from tests.oracles.packages import v_diffusion

pytestmark = pytest.mark.filterwarnings("ignore:.*autocast")  # of v-diffusion

LATENT = noise(2, 2, 30, name="latent")


@pytest.mark.parametrize("eta", [0.0, 0.4, 1.0])
def test_it_is_v_diffusion_s(eta: float) -> None:
    schedule = schedules.crash(15)
    times = torch.tensor([level.time for level in schedule[:-1]], dtype=torch.float64)
    start = torch.from_numpy(LATENT).double()
    torch.manual_seed(1)
    expected = v_diffusion().sample(wavy_in_torch, start, times, eta, {})
    torch.manual_seed(1)
    drawn = [torch.randn_like(start).float().numpy() for _ in times]
    sampler = Ddim(Denoiser(wavy), lambda now, after: drawn.pop(0), eta)
    np.testing.assert_allclose(sample(sampler, LATENT, schedule), expected.numpy(), atol=2e-5)


def test_a_step_keeps_sound_and_noise_and_changes_their_shares() -> None:
    parts = Parts(noise(1, 1, 30, name="sound"), noise(1, 1, 30))
    now, after = Level.at_time(0.7), Level.at_time(0.4)
    sampler = Ddim(Denoiser(lambda x, time: parts.velocity(now)))
    np.testing.assert_allclose(sampler.step(parts.at(now), now, after), parts.at(after), atol=1e-6)


def test_a_step_from_noise_alone_goes_to_what_the_network_hears() -> None:
    x = noise(1, 1, 30)
    after = Level.at_time(0.5)
    found = Ddim(Denoiser(wavy)).step(x, NOISE, after)
    np.testing.assert_allclose(found, after.alpha * -wavy(x, 1.0) + after.sigma * x, atol=1e-6)
