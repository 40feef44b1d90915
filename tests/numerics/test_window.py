import numpy as np
import pytest
from scipy.signal import get_window

from approx_build.numerics.window import equal_power_fade_in, fade_in, faded, hann

TOLERANCE = 1e-15


@pytest.mark.parametrize("size", [2, 31, 2048])
def test_hann_is_the_periodic_one_of_the_books(size):
    assert np.abs(hann(size) - get_window("hann", size)).max() < TOLERANCE


def test_hann_windows_half_apart_sum_to_one():
    window = hann(512)
    assert np.abs(window[:256] + window[256:] - 1).max() < TOLERANCE


@pytest.mark.parametrize("size", [1, 2, 7, 220])
def test_raised_cosine_fades_sum_to_one(size):
    rise = fade_in(size)
    assert np.abs(rise + rise[::-1] - 1).max() < TOLERANCE
    assert (np.diff(rise) > 0).all()


@pytest.mark.parametrize("size", [1, 2, 7, 220])
def test_equal_power_fades_sum_to_one_in_power(size):
    rise = equal_power_fade_in(size)
    assert np.abs(rise**2 + rise[::-1] ** 2 - 1).max() < TOLERANCE


def test_faded_rises_stays_and_falls():
    envelope = faded(100, 10)
    assert (envelope[:10] == fade_in(10)).all()
    assert (envelope[10:90] == 1).all()
    assert (envelope == envelope[::-1]).all()


@pytest.mark.parametrize("size", [0, 1, 2, 5, 9])
def test_a_fade_longer_than_half_is_cut_down(size):
    envelope = faded(size, 50)
    assert envelope.shape == (size,)
    assert (envelope == envelope[::-1]).all()
    assert ((envelope > 0) & (envelope <= 1)).all()


def test_no_size_is_no_window():
    assert hann(0).size == fade_in(0).size == equal_power_fade_in(0).size == 0


@pytest.mark.parametrize("window", [hann, fade_in, equal_power_fade_in])
def test_a_kept_window_cannot_be_spoilt(window):
    with pytest.raises(ValueError, match="read-only"):
        window(8)[0] = 1
    assert window(8) is window(8)
