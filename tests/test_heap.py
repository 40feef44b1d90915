from __future__ import annotations

from approx_build.machine import HOLES, MAPPED, allocated_bytes


def test_small_blocks_leave_holes_and_large_ones_none() -> None:
    assert allocated_bytes(1000) == int(1000 * HOLES)
    assert allocated_bytes(MAPPED) == MAPPED
