"""No project of ten megabytes makes `check` slow or large, whatever its texts have in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.measure import cost
from tests.fuzz.worst import CASES, LARGEST, write
from tests.space import Space, project

LONGEST_S, MOST_BYTES = 40, 1_000_000_000
"""Eight times and twice what is promised: machines differ, and share their caches."""
OFTEN = [
    "keys of keys",
    "numbers in three files",
    "many tag directives",
    "tabs for indentation",
    "ten thousand events with faults",
    "takes in circles",
    "twenty thousand events after each other",
    "many recordings",
    "forty thousand sources",
]
"""Each took minutes, gigabytes or a traceback once."""


@pytest.mark.parametrize("name", OFTEN)
def test_a_large_project_is_checked_in_seconds(name: str, tmp_path: Path) -> None:
    measured(name, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(CASES.keys() - {*OFTEN}))
def test_every_worst_case_is_checked_in_seconds(name: str, tmp_path: Path) -> None:
    measured(name, tmp_path)


def measured(name: str, folder: Path) -> None:
    space: Space = project(folder)
    assert write(space, CASES[name]()) <= 1.1 * LARGEST
    found = cost(space, "check", "pieces/tide.yaml", cpu_s=LONGEST_S, most=2 * MOST_BYTES)
    assert found.outcome in ("read", "refused"), found.said[-3000:]
    assert found.cpu_s < LONGEST_S
    assert found.peak_bytes < MOST_BYTES
