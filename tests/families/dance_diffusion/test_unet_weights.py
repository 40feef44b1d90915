from __future__ import annotations

import numpy as np
import pytest

from approx_build.families.dance_diffusion.unet_weights import UNetShape, blocks, heads
from tests.families.dance_diffusion.unets import SHAPES

PUBLISHED = UNetShape(2, (128, 128, 256, 256) + (512,) * 10, 6)


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


@pytest.mark.parametrize("name", SHAPES)
def test_blocks_fit_each_other(name: str) -> None:
    shape, window = SHAPES[name]
    shape.check_window(window)
    top = list(blocks(shape.top()))
    assert len(top) == 6 * shape.depth
    assert top[0].given == shape.channels + 16
    assert top[-1].made == shape.channels


def test_narrow_attention_has_one_head() -> None:
    assert [heads(channels) for channels in (1, 31, 32, 96)] == [1, 1, 1, 3]
