from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from approx_build.errors import ModelError
from approx_build.kernels.unet_weights import UNetShape, blocks, checked, heads
from tests.kernels.unets import PLAIN, SHAPES, random_weights

PUBLISHED = UNetShape(2, (128, 128, 256, 256) + (512,) * 10, 6)


@dataclass
class Config:
    """What a family says of a network."""

    channels: int = 2
    depth: int = 3
    level_channels: tuple[int, ...] = (16, 24, 32, 48)
    attention_levels: int = 1


def test_the_published_network_has_its_published_number_of_parameters() -> None:
    assert sum(int(np.prod(size)) for size in PUBLISHED.tensors().values()) == 221_389_322


def test_names_are_those_of_the_published_network() -> None:
    names = PUBLISHED.tensors()
    assert names["timestep_embed.weight"] == (8, 1)
    assert names["net.0.main.0.weight"] == (128, 18, 5)
    assert names["net.0.skip.weight"] == (128, 18, 1)
    assert names["net.3.main.7.main.1.main.0.weight"] == (256, 128, 5)
    assert names["net.6.main.3.weight"] == (2, 128, 5)
    assert "net.6.main.4.weight" not in names
    level = "net.3.main." + "7.main." * 7
    assert names[f"{level}2.qkv_proj.weight"] == (1536, 512, 1)
    assert f"{level.removesuffix('7.main.')}2.qkv_proj.weight" not in names


def test_levels_beyond_the_depth_are_not_used() -> None:
    assert UNetShape.of(Config()) == UNetShape(2, (16, 24, 32), 1)


@pytest.mark.parametrize("name", SHAPES)
def test_good_weights_pass_and_blocks_fit_each_other(name: str) -> None:
    shape, window = SHAPES[name]
    assert list(checked(random_weights(shape), shape)) == list(shape.tensors())
    shape.check_window(window)
    top = list(blocks(shape.top()))
    assert len(top) == 6 * shape.depth
    assert top[0].given == shape.channels + 16
    assert top[-1].made == shape.channels


def test_weights_of_another_network_are_refused() -> None:
    with pytest.raises(ModelError, match=r"net\.0\.main\.0\.weight: expected shape \[16, 17, 5\]"):
        checked(random_weights(PLAIN), UNetShape(1, PLAIN.level_channels, 1))


def test_narrow_attention_has_one_head() -> None:
    assert [heads(channels) for channels in (1, 31, 32, 96)] == [1, 1, 1, 3]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"channels": 0}, "channels: 0; must be 1 to 4096"),
        ({"depth": 1}, "depth: 1; must be 2 to 20"),
        ({"depth": 5}, "level_channels: 4 for a depth of 5"),
        ({"level_channels": (16, 0, 16)}, "level_channels: 0; each must be 1 to 4096"),
        ({"attention_levels": 3}, "attention_levels: 3; must be 0 to 2"),
        ({"level_channels": (16, 16, 65)}, "level_channels: 65; 2 heads cannot share them"),
    ],
)
def test_sizes_out_of_range_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        UNetShape.of(Config(**change))  # type: ignore[arg-type]
