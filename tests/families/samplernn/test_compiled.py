from __future__ import annotations

import gc

import numpy as np
import pytest

from approx_build.families.samplernn.codec import levels
from approx_build.families.samplernn.compiled import (
    GRU,
    SAMPLE,
    TIER,
    ShapeStructure,
    WeightsStructure,
)
from tests.families.samplernn.networks import SHAPES, random_weights


@pytest.mark.parametrize("name", SHAPES)
def test_fields_point_at_the_tensors_they_are_named_for_and_absent_ones_nowhere(name: str) -> None:
    shape, weights = SHAPES[name], random_weights(SHAPES[name])
    structure = WeightsStructure.of(weights, shape)
    gc.collect()
    np.empty(len(weights) * 16, np.int64).fill(-1)  # takes memory that was let go
    places = [(structure, "", SAMPLE)]
    for tier in range(len(shape.frame_sizes)):
        places.append((structure.tiers[tier], f"tiers.{tier}.", TIER))
        for layer in range(shape.layers):
            gru = structure.grus[tier * shape.layers + layer]
            places.append((gru, f"tiers.{tier}.gru.{layer}.", GRU))
    met = set()
    for place, prefix, tensors in places:
        for tensor in tensors:
            pointer, found = getattr(place, tensor.replace(".", "_")), weights.get(prefix + tensor)
            assert bool(pointer) == (found is not None), prefix + tensor
            if found is not None:
                assert pointer[0] == found.flat[0]
                met.add(prefix + tensor)
    assert met == set(weights)
    assert structure.levels[0] == levels(shape.codes)[0]


@pytest.mark.parametrize("name", SHAPES)
def test_sizes_live_as_long_as_their_structure(name: str) -> None:
    network = SHAPES[name]
    shape = ShapeStructure.of(network)
    gc.collect()
    np.empty(len(network.frame_sizes), np.int32).fill(-1)
    assert tuple(shape.frame_sizes[: shape.tiers]) == network.frame_sizes
    assert (shape.width, shape.classes) == (network.width, network.codes)
    assert shape.hidden_layers == len(random_weights(network)["mlp.hidden.weight"])
    assert bool(shape.reset_before) == (network.reset == "before")
    assert bool(shape.first_relu) == (network.mlp == "deepsound")
    assert bool(shape.top_input) == network.top_input
