"""Streams: what a page reads back is what was written."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.report.stream import sheet, sheet_samples

LIMIT = 1 << 21
"""Characters of a custom property in Chromium."""


def read(data: bytes) -> list[int]:
    """The bytes in a sheet, as the page decodes them."""
    text = data.partition(b'--pcm:"')[2].removesuffix(b'"}\n')
    assert not set(text) & set(b'\x00\n\x0c\r"\\')
    codes = iter(text)
    return [((next(codes) - 64 if code == ord("=") else code) - 42) % 256 for code in codes]


@given(st.lists(st.tuples(*[st.integers(-(1 << 23), (1 << 23) - 1)] * 2), min_size=1))
def test_a_sheet_holds_every_sample(samples: list[tuple[int, int]]) -> None:
    flat = [number for pair in samples for number in pair]
    expected = b"".join(number.to_bytes(3, "little", signed=True) for number in flat)
    found = read(sheet(np.array(samples, np.int32).T))
    assert found == list(expected) or (not any(flat) and found == [])


def test_every_byte_survives() -> None:
    data = np.arange(256, dtype=np.int32)[None] * 0x10101
    data[data >= 1 << 23] -= 1 << 24
    assert read(sheet(data))[::3] == list(range(256))


def test_silence_takes_no_room() -> None:
    assert len(sheet(np.zeros((2, 1000), np.int32))) < 60


@pytest.mark.parametrize("channels", [1, 2, 6, 8, 24])
def test_the_worst_sheet_fits_the_limit_of_browsers(channels: int) -> None:
    worst = (ord("=") - 42) * 0x10101
    data = np.full((channels, sheet_samples(channels)), worst, np.int32)
    assert 0.99 * LIMIT < len(sheet(data)) - 44 <= LIMIT - 2
