from __future__ import annotations

import gc

import numpy as np

from approx_build.audio.mulaw import amplitudes
from approx_build.families.wavenet.compiled import (
    TENSORS,
    GradientsStructure,
    ShapeStructure,
    WeightsStructure,
)
from tests.families.wavenet.networks import SHAPES, random_weights

SCALAR = SHAPES["scalar input"]


def test_what_a_structure_points_at_lives_as_long_as_it_does() -> None:
    weights = random_weights(SCALAR)
    shape, pointers = ShapeStructure.of(SCALAR), WeightsStructure.of(weights, SCALAR)
    gc.collect()
    np.empty(len(SCALAR.dilations), np.int32).fill(-1)  # takes memory that was let go
    assert tuple(shape.dilations[: shape.layers]) == SCALAR.dilations
    assert pointers.values[0] == amplitudes(SCALAR.quantization_channels)[0] == -1


def test_fields_point_at_the_tensors_they_are_named_for_and_absent_ones_nowhere() -> None:
    shape = SHAPES["without biases"]
    weights = random_weights(shape)
    for structure in (WeightsStructure.of(weights, shape), GradientsStructure.of(weights)):
        for field, name in TENSORS.items():
            pointer = getattr(structure, field)
            assert bool(pointer) == (name in weights)
            if name in weights:
                assert pointer[0] == weights[name].flat[0]
    assert not WeightsStructure.of(weights, shape).values
