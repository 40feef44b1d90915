"""Progress of a part within the whole."""

from __future__ import annotations

import pytest

from approx_build.engines.progress import part_of


@pytest.mark.parametrize(
    ("size", "expected"),
    [(None, (13, 20)), (10, (16, 20))],
    ids=["counts in the units of the whole", "counts in other units"],
)
def test_a_part_reports_its_place_in_the_whole(size: int | None, expected: tuple[int, int]) -> None:
    reports: list[tuple[int, int]] = []
    part = part_of(lambda *report: reports.append(report), 10, 20, size)
    assert part is not None
    part(3, 5)
    assert reports == [expected]


def test_a_part_without_steps_and_without_a_listener_reports_nothing_wrong() -> None:
    reports: list[tuple[int, int]] = []
    part = part_of(lambda *report: reports.append(report), 10, 20, 5)
    assert part is not None
    part(0, 0)
    assert reports == [(10, 20)]
    assert part_of(None, 10, 20) is None
