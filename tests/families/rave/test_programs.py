"""Stacks as programs: their maps, and their memory."""

from __future__ import annotations

import numpy as np

from approx_build.families.rave.folding import folded
from approx_build.families.rave.layers import convolutions
from approx_build.families.rave.programs import map_tensors, stack_program
from tests.families.rave.networks import network, weights_of


def test_every_map_of_a_program_has_its_tensors() -> None:
    net = network()
    weights = weights_of(net)
    for stack in (net.encoder, *net.decoder.values()):
        ours = {layer.name: folded(weights, layer) for layer in convolutions(stack)}
        tensors = map_tensors(stack, ours)
        program = stack_program(stack, 32)
        assert {f"{name}.weight" for name in program.maps} <= tensors.keys()
        assert all(tensor.dtype == np.float32 for tensor in tensors.values())


def test_arrays_are_released_when_nothing_reads_them() -> None:
    """The memory grows with the rows, and not with the number of layers."""
    shallow, deep = (
        network(ratios=(2, 2), dilations=((1,) * count, (1,) * count)) for count in (1, 16)
    )
    floats = [stack_program(net.encoder, 256).memory_floats for net in (shallow, deep)]
    assert floats[1] <= 1.5 * floats[0]
