from __future__ import annotations

import numpy as np
import pytest

from approx_build.engines.diffusion.samplers.deterministic import Dpmpp2M
from approx_build.engines.diffusion.samplers.stochastic import Dpmpp2MSde
from approx_build.engines.diffusion.schedules import Schedule
from tests.engines.diffusion.k_oracle import SCHEDULES, TOLERANCE, ours, theirs


@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
@pytest.mark.parametrize("eta", [0.0, 0.6, 1.0])
def test_it_is_k_diffusion_s(schedule: Schedule, eta: float) -> None:
    expected = theirs("sample_dpmpp_2m_sde", schedule, is_random=True, eta=eta)
    np.testing.assert_allclose(ours(Dpmpp2MSde, schedule, eta), expected, atol=TOLERANCE)


def test_without_fresh_noise_it_is_nearly_the_plain_one() -> None:
    schedule = SCHEDULES["karras"]
    np.testing.assert_allclose(ours(Dpmpp2MSde, schedule, 0.0), ours(Dpmpp2M, schedule), atol=0.05)
