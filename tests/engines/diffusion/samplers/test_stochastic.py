from __future__ import annotations

import numpy as np
import pytest

from approx_build.engines.diffusion.samplers.stochastic import Dpmpp2SAncestral, ancestral
from approx_build.engines.diffusion.schedules import Schedule
from tests.engines.diffusion.k_oracle import SCHEDULES, TOLERANCE, ours, theirs


@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
@pytest.mark.parametrize("eta", [0.0, 0.6, 1.0])
def test_it_is_k_diffusion_s(schedule: Schedule, eta: float) -> None:
    expected = theirs("sample_dpmpp_2s_ancestral", schedule, is_random=True, eta=eta)
    np.testing.assert_allclose(ours(Dpmpp2SAncestral, schedule, eta), expected, atol=TOLERANCE)


def test_down_and_up_share_the_power() -> None:
    for eta in (0.0, 0.3, 1.0):
        down, up = ancestral(5.0, 2.0, eta)
        assert down**2 + up**2 == pytest.approx(4.0)
    assert ancestral(5.0, 2.0, 0.0) == (2.0, 0.0)
    assert ancestral(5.0, 0.0, 1.0) == (0.0, 0.0)
