"""Takes of latent places: equal places are equal clips, levels, and weights that are too large."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from approx_build.errors import ModelError
from approx_build.families.specgan.draw import draw
from approx_build.families.specgan.sampling import Sampling
from approx_build.families.take_request import TakeRequest
from approx_build.kernels.tensors import Floats
from approx_build.numerics.stream import stream_key
from tests.families.specgan.networks import network
from tests.families.specgan.test_program import generator_of

NET = network()


def clip(stream: int = 0, weights: dict[str, Floats] | None = None, **sampling: Any) -> Floats:
    """A whole clip [length]."""
    controls = Sampling.model_validate({"iterations": 4, **sampling})
    take = TakeRequest(NET.length, stream_key("draw", stream), controls)
    [made] = draw(NET, weights or generator_of(NET), [take])
    return made.data[0]


def test_a_place_between_seeds_is_the_same_clip_in_every_take() -> None:
    one = clip(0, from_seed=4, to_seed=9, place=0.3)
    assert (clip(1, from_seed=4, to_seed=9, place=0.3) == one).all()
    assert (clip(1, from_seed=4, to_seed=9, place=0.4) != one).any()
    assert (clip(0, from_seed=4, place=0) == clip(1, from_seed=4)).all()
    assert (clip(0) != clip(1)).any()


def test_near_places_are_alike() -> None:
    """The first phases are those of all clips, so what differs are spectrograms alone."""
    at = [clip(from_seed=4, to_seed=9, place=place) for place in (0.0, 1e-4, 1.0)]
    near, far = (np.abs(one - at[0]).mean() for one in at[1:])
    assert 0 < near < 0.05 * far


def test_a_spread_of_0_is_the_middle_of_the_cube() -> None:
    assert (clip(0, spread=0) == clip(1, spread=0)).all()


def test_more_iterations_make_other_samples() -> None:
    assert (clip(iterations=0) != clip(iterations=5)).any()
    assert Sampling().iterations == 32


def test_a_clip_above_full_scale_is_made_quieter_and_keeps_its_shape() -> None:
    weights = generator_of(NET)
    quiet = {**weights, "moments.mean": weights["moments.mean"] - np.float32(8)}
    loud = {**weights, "moments.mean": weights["moments.mean"] + np.float32(8)}
    low, high = clip(weights=quiet), clip(weights=loud)
    assert 0 < np.abs(low).max() < 1
    assert np.abs(high).max() == 1
    np.testing.assert_allclose(high, low / np.abs(low).max(), atol=1e-4)


def test_weights_whose_sound_is_not_finite_are_named() -> None:
    broken = {**generator_of(NET), "moments.mean": np.full(NET.bins, 1e3, np.float32)}
    with pytest.raises(ModelError, match="so large that its sound is not finite"):
        clip(weights=broken)
