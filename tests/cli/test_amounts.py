"""Ages and sizes as people write them."""

from __future__ import annotations

import pytest

from approx_build.cli.amounts import age_s, size_of
from approx_build.errors import UsageError


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0", 0), ("90s", 90), ("15m", 900), ("12h", 43_200), ("1.5d", 129_600), (" 2W ", 1_209_600)],
)
def test_ages(text: str, seconds: float) -> None:
    assert age_s(text) == seconds


@pytest.mark.parametrize("text", ["", "5", "-1d", "1y", "d", "1 d 2 h"])
def test_what_is_no_age_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--older-than"):
        age_s(text)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        *[("0", 0), ("17", 17), ("20GB", 20 * 10**9), ("1.5 tb", 1_500 * 10**9), ("3k", 3000)],
        *[("2KiB", 2048), ("1GiB", 1 << 30)],
    ],
)
def test_sizes(text: str, count: int) -> None:
    assert size_of(text) == count


@pytest.mark.parametrize("text", ["", "GB", "-3GB", "3iB", "3 XB"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--keep-size"):
        size_of(text)
