from __future__ import annotations

from math import atan2, inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.numerics.angle import angle

COORDINATE = st.one_of(st.just(0.0), st.floats(1e-30, 1e30))


@given(COORDINATE, st.floats(1e-30, 1e30), st.booleans())
def test_the_angle_is_right_to_its_last_bits(one: float, other: float, is_turned: bool) -> None:
    x, y = (one, other) if is_turned else (other, one)
    assert angle(x, y) == pytest.approx(atan2(y, x), rel=1e-15, abs=1e-300)


@pytest.mark.parametrize("point", [(0, 0), (-1, 1), (1, -1), (nan, 1), (inf, 1)])
def test_points_elsewhere_are_refused(point: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="no point of the first quarter"):
        angle(*point)
