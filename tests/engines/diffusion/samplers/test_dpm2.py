from __future__ import annotations

import numpy as np
import pytest

from approx_build.engines.diffusion.samplers.deterministic import Dpm2
from approx_build.engines.diffusion.schedules import Schedule
from tests.engines.diffusion.k_oracle import SCHEDULES, TOLERANCE, ours, theirs


@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
def test_it_is_k_diffusion_s(schedule: Schedule) -> None:
    expected = theirs("sample_dpm_2", schedule)
    np.testing.assert_allclose(ours(Dpm2, schedule), expected, atol=TOLERANCE)
