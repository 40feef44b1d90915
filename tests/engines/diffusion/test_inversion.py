from __future__ import annotations

import numpy as np
import pytest
import torch

from approx_build.engines.diffusion import schedules
from approx_build.engines.diffusion.interpolation import invert
from approx_build.engines.diffusion.samplers.registry import SAMPLERS
from approx_build.engines.diffusion.solver import Solver
from approx_build.errors import ModelError
from tests.engines.diffusion.networks import gaussian, noise, wavy, wavy_in_torch
from tests.oracles.packages import v_diffusion

pytestmark = pytest.mark.filterwarnings("ignore:.*autocast")  # of v-diffusion

SOUND = noise(2, 1, 200, name="sound") * np.float32(0.5)


@pytest.mark.parametrize("name", ["ddim", "iplms"])
def test_the_noise_behind_a_sound_makes_that_sound(name: str) -> None:
    misses = []
    for steps in (50, 400):
        solver = Solver(gaussian(0, 0.5), SAMPLERS[name], schedules.crash(steps))
        behind = invert(solver, SOUND)
        again = solver.run(behind, [])
        misses.append(float(np.abs(again - SOUND).max()))
    assert misses[1] < misses[0] < 0.2
    assert misses[1] < 0.02


def test_the_noise_behind_normal_sound_is_standard() -> None:
    solver = Solver(gaussian(0, 0.5), SAMPLERS["ddim"], schedules.crash(200))
    np.testing.assert_allclose(invert(solver, SOUND), SOUND / 0.5, rtol=0.02, atol=1e-3)


@pytest.mark.parametrize("name", ["ddim", "iplms"])
def test_it_is_v_diffusion_s_way_back(name: str) -> None:
    levels = schedules.crash(12)[1:]
    times = torch.tensor([level.time for level in levels[::-1]], dtype=torch.float64)
    x = torch.from_numpy(SOUND).double()
    theirs = v_diffusion()
    if name == "ddim":
        expected = theirs.reverse_sample(wavy_in_torch, x, times, {})
    else:
        expected = theirs.iplms_sample(wavy_in_torch, x, times, {}, is_reverse=True)
    found = invert(Solver(wavy, SAMPLERS[name], levels), SOUND)
    np.testing.assert_allclose(found, expected.numpy(), atol=2e-5)


def test_samplers_that_cannot_go_back_report_it() -> None:
    solver = Solver(wavy, SAMPLERS["heun"], schedules.karras(5, 0.01, 80))
    with pytest.raises(ModelError, match="cannot go from sound to noise; ddim and iplms can"):
        invert(solver, SOUND)
    noisy = Solver(wavy, SAMPLERS["ddim"], schedules.crash(5), eta=1.0)
    with pytest.raises(ModelError, match="needs a source of noise"):
        invert(noisy, SOUND)
