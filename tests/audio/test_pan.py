import numpy as np
import pytest

from approx_build.audio.pan import balance, equal_power, placed
from approx_build.errors import AudioError

PANS = np.arange(-1000, 1001) / 1000


def test_the_power_of_one_channel_is_the_same_everywhere():
    left, right = equal_power(PANS)
    assert np.abs(left**2 + right**2 - 1).max() < 1e-15


def test_the_ends_are_exact_and_the_sides_are_mirrors():
    left, right = equal_power(PANS)
    assert (left[0], right[0], left[-1], right[-1]) == (1, 0, 0, 1)
    assert np.array_equal(left, right[::-1])
    assert left[1000] == right[1000] == pytest.approx(0.5**0.5)


def test_balance_lowers_the_side_that_is_left_and_keeps_the_other():
    left, right = balance(PANS)
    assert (left[:1001] == 1).all()
    assert (right[1000:] == 1).all()
    assert (np.diff(left[1000:]) < 0).all()
    assert (left[-1], right[0]) == (0, 0)
    assert np.abs(np.diff(left)).max() < 2e-3


def test_two_channels_in_the_centre_are_unchanged():
    data = np.random.default_rng(1).normal(size=(2, 50))
    assert np.array_equal(placed(data, np.zeros(1), 2), data)


def test_in_one_channel_nothing_is_panned():
    data = np.random.default_rng(1).normal(size=(2, 50))
    assert np.array_equal(placed(data[:1], np.ones(1), 1), data[:1])
    assert np.allclose(placed(data, np.ones(1), 1)[0], data.mean(axis=0))


@pytest.mark.parametrize(("into", "out"), [(3, 2), (1, 5)])
def test_more_channels_are_refused(into, out):
    with pytest.raises(AudioError, match="channels"):
        placed(np.zeros((into, 3)), np.zeros(1), out)
