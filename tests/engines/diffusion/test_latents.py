from __future__ import annotations

import numpy as np
import pytest

from approx_build.engines.diffusion.solver import latents
from tests.engines.diffusion.networks import streams


def test_latents_are_standard_normal() -> None:
    found = latents(streams(2), 2, 5000)
    assert found.shape == (2, 2, 5000)
    assert found.dtype == np.float32
    assert found.mean() == pytest.approx(0, abs=0.03)
    assert found.std() == pytest.approx(1, abs=0.02)


def test_an_item_depends_on_its_own_stream_alone() -> None:
    together = latents(streams(3), 2, 8)
    np.testing.assert_array_equal(latents(streams(3)[1:2], 2, 8)[0], together[1])
    assert not np.array_equal(together[0], together[1])
