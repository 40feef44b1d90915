"""Latent places: seeds, lines between them, and what is outside the cube."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from approx_build.families.latent import Sampling, cube_point
from approx_build.numerics.stream import Stream

SIZE = 100
CLIP = "take"


def latent(stream: str = CLIP, **said: Any) -> np.ndarray:
    return Sampling.model_validate(said).latent(SIZE, Stream.named(stream))


def test_a_latent_comes_from_the_clip_s_stream_unless_a_seed_is_given() -> None:
    assert (latent() == latent()).all()
    assert (latent() != latent("another")).any()
    assert (latent(from_seed=4) == latent("another", from_seed=4)).all()
    assert (latent(from_seed=4) != latent(from_seed=5)).any()
    assert (latent(to_seed=4) == latent(from_seed=4)).all()


def test_places_0_and_1_are_the_latents_of_the_seeds_and_others_are_on_their_line() -> None:
    ends = {"from_seed": 4, "to_seed": 9}
    first, last = latent(from_seed=4), latent(from_seed=9)
    assert (latent(**ends, place=0) == first).all()
    assert (latent(**ends, place=1) == last).all()
    for place in (0.25, 0.5, -0.5, 1.5):
        expected = first + place * (last.astype(np.float64) - first)
        np.testing.assert_allclose(latent(**ends, place=place), expected, atol=1e-6)


def test_with_one_seed_the_other_latent_is_the_clip_s_own() -> None:
    own, seeded = latent(), latent(from_seed=4)
    found = latent(from_seed=4, place=0.1)
    np.testing.assert_allclose(found, 0.9 * seeded + 0.1 * own, atol=1e-6)


def test_spread_moves_a_latent_away_from_the_middle() -> None:
    np.testing.assert_allclose(latent(spread=0.5), latent() / 2)
    assert not latent(spread=0).any()


@given(st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1), st.floats(0, 1), st.floats(0, 1))
def test_places_from_0_to_1_stay_within_the_cube(
    first: int, second: int, place: float, spread: float
) -> None:
    found = latent(from_seed=first, to_seed=second, place=place, spread=spread)
    assert np.abs(found).max() <= 1


def test_numbers_fill_the_cube_evenly() -> None:
    numbers = cube_point(Stream.named("many"), 10_000)
    counts, _ = np.histogram(numbers, 10, (-1, 1))
    assert counts.min() > 850
    assert counts.sum() == 10_000


def of_clips(count: int, **said: Any) -> list[Any]:
    sampling = Sampling.model_validate(said)
    return [sampling.of_clip(clip, count).get("place") for clip in range(1, count + 1)]


def test_clips_between_two_seeds_are_at_equal_distances() -> None:
    assert of_clips(5, from_seed=1, to_seed=2) == [0, 0.25, 0.5, 0.75, 1]
    assert of_clips(1, from_seed=1, to_seed=2) == [0.5]
    assert of_clips(2, from_seed=1) == of_clips(2) == [None, None]
    assert of_clips(2, from_seed=1, to_seed=2, place=0.3) == [None, None]


def test_a_list_has_a_place_for_each_clip() -> None:
    assert of_clips(3, from_seed=1, place=[0.5, 0, 2]) == [0.5, 0, 2]
    with pytest.raises(ValueError, match="3 places for 2 clips"):
        of_clips(2, place=[0.5, 0, 2])


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, ""),
        ({"place": 1, "spread": 1}, ""),
        ({"place": [0, 1.25]}, "place 1.25 may be outside"),
        ({"place": -0.1}, "place -0.1 may be outside"),
        ({"spread": 1.01}, "spread 1.01 may be outside"),
    ],
)
def test_controls_that_may_leave_the_cube_give_a_remark(said: dict[str, Any], words: str) -> None:
    remark = Sampling.model_validate(said).remark
    assert remark.startswith(words)
    assert bool(remark) == bool(words)


@pytest.mark.parametrize("said", [{"place": []}, {"place": "middle"}, {"from_seed": -1}])
def test_invalid_places_are_refused(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Sampling.model_validate(said)
