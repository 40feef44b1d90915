"""Tensors that are measured of the corpus: they are in checkpoints, and no player moves them."""

from __future__ import annotations

import pytest

from approx_build.families.base import FAMILIES, Family
from tests.families.examples import example_network

MEASURING = [family for family in FAMILIES if family.measured_windows]


@pytest.mark.parametrize("family", MEASURING, ids=lambda family: family.__name__)
def test_measured_tensors_belong_to_no_player(family: type[Family]) -> None:
    network = example_network(family)
    moved = [name for one in family.players for name in one.of(network.training_shapes())]
    left = network.tensor_shapes().keys() - set(moved)
    assert left, "a family that measures has tensors of its own for it"
    assert hasattr(network.network(), "measured")


def test_a_family_without_measured_tensors_needs_no_windows() -> None:
    assert any(not family.measured_windows for family in FAMILIES)
