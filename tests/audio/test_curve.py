import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.audio.curve import ZERO, Curve, FadeShape, fade, gains
from approx_build.errors import AudioError


def test_a_number_is_a_curve_that_is_constant():
    assert Curve.of(-6, 100).at(5, 900).tolist() == [-6]
    assert ZERO.at(0, 10).tolist() == [0]


def test_a_curve_is_straight_between_breakpoints_and_level_outside():
    curve = Curve.of([(0.1, 0.0), (0.2, 10.0), (0.3, 10.0)], 100)
    values = curve.at(0, 40)
    assert values[:11].tolist() == [0] * 11
    assert np.allclose(values[10:21], np.arange(11))
    assert values[20:].tolist() == [10] * 20


def test_two_breakpoints_at_one_time_make_a_jump():
    curve = Curve.of([(0, 1.0), (0.05, 1.0), (0.05, -1.0), (0.1, -1.0)], 100)
    assert curve.at(3, 8).tolist() == [1, 1, -1, -1, -1]


@given(
    st.lists(st.tuples(st.floats(0, 2), st.floats(-90, 12)), min_size=1, max_size=6),
    st.lists(st.integers(0, 250), min_size=1, max_size=5),
)
def test_blocks_of_any_size_give_the_same_bits(points, cuts):
    curve = Curve.of(sorted(points), 100)
    edges = sorted({0, 250, *cuts})
    parts = [np.broadcast_to(curve.at(a, b), b - a) for a, b in itertools.pairwise(edges)]
    assert np.array_equal(np.concatenate(parts), np.broadcast_to(curve.at(0, 250), 250))


def test_decibels_become_factors():
    assert np.allclose(
        gains(Curve.of([(0, -20), (1, 0)], 10), 0, 11), 10 ** (np.arange(-10, 1) / 10)
    )


@pytest.mark.parametrize("points", [[], [(0, float("nan"))], [(0, float("-inf"))]])
def test_curves_without_numbers_are_refused(points):
    with pytest.raises(AudioError, match="breakpoint"):
        Curve.of(points, 100)


def test_times_that_run_backwards_are_refused():
    with pytest.raises(AudioError, match="backwards"):
        Curve.of([(1, 0), (0.5, 0)], 100)


@pytest.mark.parametrize(
    ("shape", "power"), [(FadeShape.RAISED_COSINE, 1), (FadeShape.EQUAL_POWER, 2)]
)
def test_fades_that_cross_add_to_one(shape, power):
    rising = fade(500, 500, 0, shape, 0, 500)
    falling = fade(500, 0, 500, shape, 0, 500)
    assert np.allclose(rising**power + falling**power, 1)
    assert np.array_equal(rising[::-1], falling)
    assert (np.diff(rising) > 0).all()


def test_between_its_fades_a_sound_is_untouched():
    factors = fade(1000, 100, 200, FadeShape.RAISED_COSINE, 0, 1000)
    assert (factors[100:800] == 1).all()
    assert (factors[:100] < 1).all()
    assert (factors[800:] < 1).all()
    assert np.array_equal(factors[50:900], fade(1000, 100, 200, FadeShape.RAISED_COSINE, 50, 900))
