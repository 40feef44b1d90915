from __future__ import annotations

import numpy as np
import pytest
import torch

from approx_build.engines.diffusion import schedules
from approx_build.engines.diffusion.parameterisation import Denoiser, Sound
from approx_build.engines.diffusion.samplers.deterministic import Ddim, Iplms
from approx_build.engines.diffusion.sampling import sample
from tests.engines.diffusion.networks import noise, wavy, wavy_in_torch
from tests.oracles.packages import diffusers_ipndm, v_diffusion

pytestmark = pytest.mark.filterwarnings("ignore:.*autocast")  # of v-diffusion

LATENT = noise(2, 2, 30, name="latent")


def ours(schedule: schedules.Schedule) -> Sound:
    return sample(Iplms(Denoiser(wavy)), LATENT, schedule)


def test_it_is_v_diffusion_s() -> None:
    # From noise alone their first step divides by a cosine that should be nothing.
    schedule = schedules.crash(20)[1:]
    times = torch.tensor([level.time for level in schedule[:-1]], dtype=torch.float64)
    start = torch.from_numpy(LATENT).double()
    expected = v_diffusion().iplms_sample(wavy_in_torch, start, times, {})
    np.testing.assert_allclose(ours(schedule), expected.numpy(), atol=2e-5)


def test_it_is_the_scheduler_of_diffusers() -> None:
    schedule = schedules.crash(20)[1:]
    sigmas = np.array([level.sigma for level in schedule], np.float32)
    scheduler = diffusers_ipndm()(len(schedule) - 1, trained_betas=sigmas)
    x = torch.from_numpy(LATENT)
    for time in scheduler.timesteps:
        predicted = wavy_in_torch(x, time.repeat(len(x)))
        x = scheduler.step(predicted, time, x).prev_sample
    np.testing.assert_allclose(ours(schedule), x.numpy(), atol=2e-4)


def test_the_first_step_is_ddim_s_from_noise_alone_too() -> None:
    schedule = schedules.crash(20)[:2]
    expected = sample(Ddim(Denoiser(wavy)), LATENT, schedule)
    np.testing.assert_array_equal(ours(schedule), expected)
