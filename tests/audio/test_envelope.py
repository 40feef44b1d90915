import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from approx_build.audio.envelope import CELL, UNITY, Shape, factors, smoothed, unity

SHAPE = Shape.at(44100)


def required(depths, cells=400):
    result = unity(cells * CELL)
    for place, depth in depths:
        result[place] = int(UNITY * depth)
    return result


DEPTHS = st.lists(st.tuples(st.integers(0, 399), st.floats(0.01, 1)), max_size=20)


@given(DEPTHS)
@settings(max_examples=50, deadline=None)
def test_the_gain_is_never_above_what_a_cell_requires(depths):
    wanted = required(depths)
    gain = factors(smoothed(wanted, SHAPE), 0, 400 * CELL).reshape(-1, CELL)
    assert (gain <= (wanted / UNITY)[:, None]).all()
    assert gain.min() > 0


def test_where_nothing_is_required_the_gain_is_exactly_one():
    assert (factors(smoothed(required([]), SHAPE), 0, 400 * CELL) == 1).all()
    gain = factors(smoothed(required([(200, 0.9)]), SHAPE), 0, 400 * CELL)
    assert (gain[: 180 * CELL] == 1).all()
    assert (gain[300 * CELL :] == 1).all()


def test_the_gain_moves_without_corners():
    gain = factors(smoothed(required([(200, 0.25)]), SHAPE), 0, 400 * CELL)
    slope, bend = np.diff(gain), np.diff(gain, 2)
    assert np.abs(slope).max() < 2.5 * 0.75 / (0.005 * 44100)
    assert np.abs(bend).max() < 3e-4


def test_the_gain_falls_within_the_look_ahead_and_rises_slowly():
    gain = factors(smoothed(required([(200, 0.25)], cells=1000), SHAPE), 0, 1000 * CELL)
    changed = np.flatnonzero(gain != 1)
    assert (200 * CELL - changed[0]) / 44100 < 0.0065
    assert 0.14 < (changed[-1] - 200 * CELL) / 44100 < 0.17


@given(DEPTHS, st.integers(0, 6000), st.integers(1, 400))
@settings(max_examples=30, deadline=None)
def test_blocks_do_not_show(depths, start, size):
    cells = smoothed(required(depths), SHAPE)
    assert np.array_equal(
        factors(cells, start, start + size), factors(cells, 0, 6400)[start : start + size]
    )


def test_a_shape_fits_every_rate():
    assert Shape.at(8000).half == 2
    assert Shape.at(192000).half == 30
    assert Shape.at(192000).rise < Shape.at(8000).rise
