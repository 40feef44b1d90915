from __future__ import annotations

import pytest

from approx_build.families.heap import HOLES, MAPPED, held
from approx_build.families.wavenet import WaveNet

NETWORK = WaveNet(dilations=(1, 2, 4), residual_channels=16, dilation_channels=16)


def test_small_blocks_leave_holes_and_large_ones_none() -> None:
    assert held(1000) == int(1000 * HOLES)
    assert held(MAPPED) == MAPPED


def test_a_device_has_no_such_heap() -> None:
    here, there = (NETWORK.activation_bytes(4096, one, False) for one in ("cpu", "cuda"))
    assert here == pytest.approx(HOLES * there)
