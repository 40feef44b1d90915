from __future__ import annotations

from math import inf, nan, pi, tan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.engines.diffusion.level import CLEAN, NOISE, Level
from approx_build.errors import ModelError


@given(st.floats(0, 1))
def test_sound_and_noise_share_the_power(time: float) -> None:
    level = Level.at_time(time)
    assert level.alpha**2 + level.sigma**2 == pytest.approx(1, abs=1e-15)
    assert level.time == time


def test_both_ends_are_exact() -> None:
    assert Level.at_time(0.0) == CLEAN == Level(0.0, 1.0, 0.0, 0.0)
    assert Level.at_time(1.0) == NOISE == Level(1.0, 0.0, 1.0, inf)


@given(st.floats(1e-6, 1e4))
def test_a_level_is_found_by_its_ratio(ratio: float) -> None:
    level = Level.at_ratio(ratio)
    assert level.ratio == ratio
    assert level.sigma / level.alpha == pytest.approx(ratio, rel=1e-15)
    assert tan(level.time * pi / 2) == pytest.approx(ratio, rel=1e-10)


@pytest.mark.parametrize("time", [-0.01, 1.01, nan, inf])
def test_a_noise_level_outside_is_refused(time: float) -> None:
    with pytest.raises(ModelError, match=r"noise level: .*; must be from 0 to 1"):
        Level.at_time(time)


@pytest.mark.parametrize("ratio", [-1.0, inf, nan])
def test_an_impossible_ratio_is_refused(ratio: float) -> None:
    with pytest.raises(ModelError, match="ratio of noise to sound"):
        Level.at_ratio(ratio)
