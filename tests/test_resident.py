"""Peak memory is of one measurement where the system can tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from approx_build.machine import peak_bytes, reset_peak

MEGABYTE = 1 << 20


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="needs Linux")
def test_the_peak_is_of_this_measurement() -> None:
    block = bytearray(200 * MEGABYTE)
    del block
    reset_peak()
    before = peak_bytes()
    block = bytearray(100 * MEGABYTE)
    assert before + 80 * MEGABYTE < peak_bytes() < before + 150 * MEGABYTE
    del block


def test_the_peak_is_known() -> None:
    assert peak_bytes() > MEGABYTE
