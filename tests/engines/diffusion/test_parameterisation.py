from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from approx_build.engines.diffusion.level import Level
from approx_build.engines.diffusion.parameterisation import (
    Denoiser,
    Parts,
    parts_by_noise,
    parts_by_sound,
    parts_by_velocity,
)
from tests.engines.diffusion.networks import noise, wavy, wavy_in_torch
from tests.oracles.packages import k_diffusion

TOLERANCE = 1e-5


@given(st.floats(0.05, 0.95))
def test_v_noise_and_sound_each_give_the_others(time: float) -> None:
    level = Level.at_time(time)
    parts = Parts(noise(2, 1, 50, name="sound"), noise(2, 1, 50))
    x = parts.at(level)
    for found in (
        parts_by_velocity(x, parts.velocity(level), level),
        parts_by_noise(x, parts.noise, level),
        parts_by_sound(x, parts.sound, level),
    ):
        np.testing.assert_allclose(found.sound, parts.sound, atol=TOLERANCE)
        np.testing.assert_allclose(found.noise, parts.noise, atol=TOLERANCE)
        assert found.sound.dtype == found.noise.dtype == np.float32


def test_v_is_the_slope_of_noisy_sound_by_its_angle() -> None:
    parts = Parts(noise(1, 1, 50, name="sound"), noise(1, 1, 50))
    step = 1e-4
    slope = (parts.at(Level.at_time(0.4 + step)) - parts.at(Level.at_time(0.4 - step))) / (
        2 * step * np.pi / 2
    )
    np.testing.assert_allclose(parts.velocity(Level.at_time(0.4)), slope, atol=2e-3)


@pytest.mark.parametrize("ratio", [0.02, 0.7, 3.0, 90.0])
def test_karras_s_form_is_k_diffusion_s_v_denoiser(ratio: float) -> None:
    loud = noise(2, 1, 40) * np.float32(1 + ratio)
    theirs = k_diffusion().VDenoiser(wavy_in_torch)
    expected = theirs(torch.from_numpy(loud).double(), torch.full((2,), ratio).double()).numpy()
    parts = Denoiser(wavy).parts_of_loud(loud, Level.at_ratio(ratio))
    np.testing.assert_allclose(parts.sound, expected, atol=2e-5 * (1 + ratio))
