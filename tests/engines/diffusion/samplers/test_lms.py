from __future__ import annotations

import numpy as np
import pytest

from approx_build.engines.diffusion.samplers.deterministic import Lms, weight
from approx_build.engines.diffusion.schedules import Schedule
from tests.engines.diffusion.k_oracle import SCHEDULES, TOLERANCE, ours, theirs


@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
def test_it_is_k_diffusion_s(schedule: Schedule) -> None:
    expected = theirs("sample_lms", schedule)
    np.testing.assert_allclose(ours(Lms, schedule), expected, atol=TOLERANCE)


def test_weights_integrate_polynomials_exactly() -> None:
    points, end = [3.0, 4.0, 6.0, 7.5], 1.25
    for power in range(4):
        found = sum(weight(points, i, end) * point**power for i, point in enumerate(points))
        exact = (end ** (power + 1) - points[0] ** (power + 1)) / (power + 1)
        assert found == pytest.approx(exact, rel=1e-12)
