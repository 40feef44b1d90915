import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.numerics.median import running_median


def plain(x, size):
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=0)
    return np.median(windows, axis=-1).astype(np.float32)


def numbers(rows, columns, distinct=1 << 30):
    draws = np.random.Generator(np.random.Philox(rows + columns)).integers(
        0, distinct, (rows, columns)
    )
    return draws.astype(np.float32)


@pytest.mark.parametrize("size", [1, 3, 5, 7, 9, 15, 17, 31, 33, 63, 101])
@pytest.mark.parametrize("distinct", [3, 1 << 30])
def test_every_size_gives_the_median(size, distinct):
    x = numbers(size + 70, 9, distinct)
    assert (running_median(x, size) == plain(x, size)).all()


@given(st.integers(0, 20), st.integers(0, 100), st.integers(1, 30))
def test_every_shape_gives_the_median(half, more, columns):
    size = 2 * half + 1
    x = numbers(size + more, columns, 50)
    assert (running_median(x, size) == plain(x, size)).all()


def test_blocks_of_columns_do_not_show():
    x = numbers(40, 9000)
    assert (running_median(x, 31) == plain(x, 31)).all()


def test_columns_may_are_in_memory_in_any_order():
    x = numbers(60, 50)
    assert (running_median(x.T, 31) == plain(np.ascontiguousarray(x.T), 31)).all()


@pytest.mark.parametrize("size", [0, 4, 11])
def test_a_size_that_has_no_median_here_is_refused(size):
    with pytest.raises(ValueError, match=f"no running median of {size} numbers in 10 rows"):
        running_median(numbers(10, 2), size)
