from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approx_build.engines.diffusion.brownian import GRID, BrownianNoise, Path
from approx_build.engines.diffusion.level import NOISE, Level
from approx_build.errors import ModelError
from approx_build.numerics.stream import Stream
from tests.engines.diffusion.networks import streams

COUNT = 20000
STREAM = Stream.named("path")
PLACE = st.integers(0, GRID)


@given(st.lists(PLACE, min_size=1, max_size=6))
@settings(max_examples=30)
def test_a_path_is_the_same_in_whatever_order_it_is_asked(places: list[int]) -> None:
    one = Path(STREAM, 4)
    for place in places:
        np.testing.assert_array_equal(one.at(place), Path(STREAM, 4).at(place))


def test_a_path_begins_at_nothing() -> None:
    assert not Path(STREAM, 4).at(0).any()


def test_a_path_has_the_variance_of_its_time_and_independent_steps() -> None:
    path, places = Path(STREAM, COUNT), [0, 3, GRID // 5, GRID // 2, GRID // 2 + 1000, GRID]
    values = [path.at(place).astype(np.float64) for place in places]
    steps = np.diff(values, axis=0)
    widths = np.diff(places) / GRID
    np.testing.assert_allclose(steps.var(axis=1), widths, rtol=0.05)
    correlations = np.corrcoef(steps) - np.eye(len(steps))
    assert np.abs(correlations).max() < 0.03  # 4 / sqrt(COUNT)


def level(place: float) -> Level:
    return Level.at_time(place)


def test_noise_is_standard_and_two_steps_draw_what_one_over_both_would() -> None:
    noise = BrownianNoise([STREAM], 1, COUNT)
    a, b, c = level(0.9), level(0.65), level(0.1)
    first, second, both = noise(a, b), noise(b, c), noise(a, c)
    for one in (first, second, both):
        assert one.std() == pytest.approx(1, abs=0.02)
    sums = (first * sqrt(0.25) + second * sqrt(0.55)) / sqrt(0.8)
    np.testing.assert_allclose(both, sums, atol=1e-4)


def test_the_way_back_is_the_way_there_turned_round() -> None:
    noise = BrownianNoise([STREAM], 2, 8)
    np.testing.assert_array_equal(noise(level(0.7), level(0.2)), -noise(level(0.2), level(0.7)))


def test_an_item_depends_on_its_own_stream_alone() -> None:
    together = BrownianNoise(streams(3), 2, 8)(NOISE, level(0.3))
    assert together.shape == (3, 2, 8)
    for index, stream in enumerate(streams(3)):
        alone = BrownianNoise([stream], 2, 8)(NOISE, level(0.3))
        np.testing.assert_array_equal(together[index], alone[0])


def test_levels_too_close_to_tell_apart_are_refused() -> None:
    noise = BrownianNoise([STREAM], 1, 8)
    with pytest.raises(ModelError, match="too close together; use fewer steps"):
        noise(level(0.5), level(0.5 + 1e-9))
