from __future__ import annotations

import numpy as np

from approx_build.engines.diffusion.overlapping_windows import (
    generated_length,
    inside,
    known_with_margins,
    margin,
    with_margins,
    without_margins,
)
from tests.engines.diffusion.networks import noise


def test_a_window_is_used_except_for_an_80th_at_each_end() -> None:
    assert (margin(16384), inside(16384)) == (204, 15976)
    assert (margin(100), inside(100)) == (1, 98)
    assert (margin(64), inside(64)) == (0, 64)


def test_at_least_a_window_is_made() -> None:
    assert [generated_length(length, 320) for length in (1, 312, 313)] == [320, 320, 321]


def test_margins_mirror_the_sound_and_go_again() -> None:
    sound = noise(2, 1, 600)
    wider = with_margins(sound, 320)
    assert wider.shape == (2, 1, 608)
    np.testing.assert_array_equal(wider[..., :4], sound[..., 4:0:-1])
    np.testing.assert_array_equal(wider[..., -4:], sound[..., -2:-6:-1])
    np.testing.assert_array_equal(without_margins(wider, 320), sound)
    np.testing.assert_array_equal(without_margins(with_margins(sound, 48), 48), sound)


def test_margins_are_known_where_the_ends_are() -> None:
    is_known = np.array([True, False, True, False, False])
    np.testing.assert_array_equal(
        known_with_margins(is_known, 160), np.array([1, 1, 1, 0, 1, 0, 0, 0, 0], bool)
    )
