from __future__ import annotations

import pytest
from pydantic import ValidationError

from approx_build.families.dance_diffusion import DanceDiffusion
from approx_build.families.dance_diffusion.parameters import Objective
from tests.families.dance_diffusion.networks import TINY


def test_the_published_default_has_the_published_size() -> None:
    network = DanceDiffusion()
    assert network.parameter_count == 221_389_322
    assert network.rate == 48000
    assert network.channels == 2
    assert [level for level in range(1, 15) if network.has_attention(level)] == list(range(9, 15))


def test_harmonai_s_own_default_has_two_levels_of_attention_more() -> None:
    assert DanceDiffusion(attention_levels=8).parameter_count == 234_009_098


def test_a_narrow_network_is_small() -> None:
    narrow = {"sound_channels": 1, "level_channels": (32,) * 6, "attention_levels": 4}
    assert DanceDiffusion(depth=6, window=4096, **narrow).parameter_count == 507_433


def test_channels_beyond_the_depth_are_not_used() -> None:
    longer = TINY.model_copy(update={"level_channels": (*TINY.level_channels, 999)})
    assert longer.tensor_shapes() == TINY.tensor_shapes()


def test_every_sample_affects_the_output() -> None:
    assert TINY.receptive_field == TINY.window == 64


@pytest.mark.parametrize("window", [24, 32, 64, 800])
def test_windows_of_the_grid_are_allowed(window: int) -> None:
    assert DanceDiffusion.model_validate(TINY.model_dump() | {"window": window}).window == window


@pytest.mark.parametrize(
    ("window", "allowed"),
    [
        (100, "a multiple of 8, at least 24: 96 or 104, or less depth"),
        (31, "at least 24: 24 or 32, or"),
        (16, "at least 24: 24, or less depth"),
        (3, "at least 24: 24, or less depth"),
    ],
)
def test_a_window_that_does_not_fit_is_reported_its_neighbours(window: int, allowed: str) -> None:
    with pytest.raises(ValidationError, match=allowed):
        DanceDiffusion.model_validate(TINY.model_dump() | {"window": window})


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"depth": 1}, "greater than or equal to 2"),
        ({"depth": 5}, "4 numbers for a depth of 5; each level needs one"),
        ({"attention_levels": 4}, "at most 3, since the first level has none"),
        ({"level_channels": (4, 6, 8, 100)}, "100 channels cannot be shared by 3 heads"),
        ({"level_channels": (4, 100, 8, 8)}, "100 channels cannot be shared by 3 heads"),
        ({"sound_channels": 3}, "less than or equal to 2"),
        ({"c_mults": (1,)}, "Extra inputs"),
    ],
)
def test_impossible_parameters_are_refused(wrong: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        DanceDiffusion.model_validate(TINY.model_dump() | wrong)


def test_levels_without_attention_may_have_any_channels() -> None:
    given = TINY.model_dump() | {"level_channels": (100, 6, 8, 8)}
    assert DanceDiffusion.model_validate(given).level_channels[0] == 100


def test_the_objective_has_defaults() -> None:
    assert Objective() == Objective(levels="crash", times="sobol")
