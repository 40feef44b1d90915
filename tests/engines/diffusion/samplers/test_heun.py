from __future__ import annotations

import numpy as np
import pytest

from approx_build.engines.diffusion.samplers.deterministic import Heun
from approx_build.engines.diffusion.schedules import Schedule
from tests.engines.diffusion.k_oracle import SCHEDULES, TOLERANCE, ours, theirs


@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
def test_it_is_k_diffusion_s(schedule: Schedule) -> None:
    expected = theirs("sample_heun", schedule)
    np.testing.assert_allclose(ours(Heun, schedule), expected, atol=TOLERANCE)
