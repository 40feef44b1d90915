"""The program of a generator: its maps and its rows."""

from __future__ import annotations

import numpy as np
import pytest

from approx_build.families.catch_a_waveform.folding import folded
from approx_build.families.catch_a_waveform.program import generator_program, map_tensors
from tests.families.catch_a_waveform.networks import SIZES, network, of_takes


@pytest.mark.parametrize("name", SIZES)
def test_every_map_of_a_program_has_its_tensors(name: str) -> None:
    net = network(name)
    for scale in range(net.scales):
        layers = net.generator(scale)
        program = generator_program(layers, 500)
        tensors = map_tensors(layers, folded(of_takes(net), net, scale))
        assert {f"{each}.weight" for each in program.maps} <= tensors.keys()
        assert program.steps[-1].rows == 500 - 2 * net.right


def test_both_gates_are_one_map_of_whole_vectors() -> None:
    net = network()
    weights = folded(of_takes(net), net, 1)
    gates = map_tensors(net.generator(1), weights)["gates.weight"]
    assert gates.shape == (32, 5, 5)
    np.testing.assert_array_equal(gates[:5], weights["filter"][0])
    np.testing.assert_array_equal(gates[16:21], weights["gate"][0])
    assert not gates[5:16].any()
