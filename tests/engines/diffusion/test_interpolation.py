from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.engines.diffusion import schedules
from approx_build.engines.diffusion.interpolation import evenly, interpolate, invert, slerp
from approx_build.engines.diffusion.samplers.registry import SAMPLERS
from approx_build.engines.diffusion.solver import Solver
from approx_build.errors import ModelError
from tests.engines.diffusion.networks import gaussian, noise

FIRST, SECOND = noise(2, 4000, name="first"), noise(2, 4000, name="second")
SOLVER = Solver(gaussian(0, 0.5), SAMPLERS["iplms"], schedules.crash(60))


def test_both_ends_are_exact() -> None:
    np.testing.assert_array_equal(slerp(FIRST, SECOND, 0.0), FIRST)
    np.testing.assert_array_equal(slerp(FIRST, SECOND, 1.0), SECOND)


@given(st.floats(0, 1))
def test_noise_between_noises_is_as_long(place: float) -> None:
    between = slerp(FIRST, SECOND, place)
    assert between.dtype == np.float32
    assert between.std() == pytest.approx(1, abs=0.03)


def test_directions_turn_evenly() -> None:
    across, up = np.float32([[1, 0]]), np.float32([[0, 1]])
    for place in (0.25, 0.5, 0.9):
        turned = place * np.pi / 2
        expected = [[np.cos(turned), np.sin(turned)]]
        np.testing.assert_allclose(slerp(across, up, place), expected, atol=1e-7)
    blunt = np.float32([[-1, 1]])
    np.testing.assert_allclose(slerp(across, blunt / np.sqrt(2), 2 / 3), [[0, 1]], atol=1e-7)


def test_like_opposite_and_silent_noises_are_joined_by_a_line() -> None:
    np.testing.assert_allclose(slerp(FIRST, FIRST, 0.3), FIRST, atol=1e-6)
    np.testing.assert_allclose(slerp(FIRST, -FIRST, 0.25), 0.5 * FIRST, atol=1e-6)
    np.testing.assert_allclose(slerp(0 * FIRST, SECOND, 0.5), 0.5 * SECOND, atol=1e-6)


def test_places_are_even_and_never_beyond_the_ends() -> None:
    assert evenly(1) == [0.5]
    assert evenly(2) == [0.0, 1.0]
    assert evenly(5) == [0.0, 0.25, 0.5, 0.75, 1.0]


def test_the_ends_are_what_the_network_makes_of_the_noises_behind_the_sounds() -> None:
    sounds = FIRST * np.float32(0.5), SECOND * np.float32(0.5)
    found = interpolate(SOLVER, *sounds, evenly(5))
    assert found.shape == (5, 2, 4000)
    again = SOLVER.run(invert(SOLVER, np.stack(sounds)), [])
    np.testing.assert_array_equal(found[[0, -1]], again)
    np.testing.assert_allclose(found[[0, -1]], np.stack(sounds), atol=0.02)


def test_in_between_both_are_heard_alike_and_the_sound_is_as_strong() -> None:
    sounds = FIRST * np.float32(0.5), SECOND * np.float32(0.5)
    middle = interpolate(SOLVER, *sounds, [0.5])[0]
    assert middle.std() == pytest.approx(0.5, rel=0.05)
    alike = [np.corrcoef(middle.ravel(), sound.ravel())[0, 1] for sound in sounds]
    assert alike[0] == pytest.approx(alike[1], abs=0.05)
    assert alike[0] > 0.6


def test_progress_counts_both_ways() -> None:
    told: list[tuple[int, int]] = []
    interpolate(SOLVER, FIRST, SECOND, [0.5], lambda *now: told.append(now))
    assert told == [(step, 120) for step in range(1, 121)]


def test_a_place_outside_is_refused() -> None:
    with pytest.raises(ModelError, match=r"place between two clips: 1\.5; must be from 0 to 1"):
        interpolate(SOLVER, FIRST, SECOND, [0.5, 1.5])
