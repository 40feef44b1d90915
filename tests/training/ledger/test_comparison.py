from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.training.ledger.curve_analysis import side_by_side, value_at

CURVES = st.dictionaries(
    st.integers(0, 1000), st.floats(-10, 10), min_size=1, max_size=20
).map(lambda points: [(float(step), points[step]) for step in sorted(points)])  # fmt: skip


@given(CURVES, st.floats(0, 1000))
def test_a_value_between_points_is_that_of_numpy(
    curve: list[tuple[float, float]], place: float
) -> None:
    steps, losses = zip(*curve, strict=True)
    found = value_at(curve, place)
    assert (found is None) == (not steps[0] <= place <= steps[-1])
    if found is not None:
        assert found == pytest.approx(float(np.interp(place, steps, losses)), abs=1e-9)


@given(CURVES, CURVES)
def test_both_are_told_where_both_are_known(
    first: list[tuple[float, float]], second: list[tuple[float, float]]
) -> None:
    start, stop = max(first[0][0], second[0][0]), min(first[-1][0], second[-1][0])
    rows = side_by_side(first, second, 5)
    assert bool(rows) == (start <= stop)
    for row in rows:
        assert start <= row.at <= stop
        assert row.first == value_at(first, row.at)
        assert row.second == value_at(second, row.at)
    assert [row.at for row in rows] == sorted({row.at for row in rows})


def test_nothing_beside_nothing() -> None:
    assert side_by_side([], [(0.0, 1.0)]) == []
