"""Tensors that are measured of the corpus: they are in checkpoints, and no player moves them."""

from __future__ import annotations

from pathlib import Path

import pytest
from safetensors.numpy import load_file

from approx_build.families.base import FAMILIES, Family
from approx_build.numerics.stream import Stream
from tests.families.examples import example_network, train_example

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


EARLY = [family for family in MEASURING if family.measures_first]


@pytest.mark.parametrize("family", EARLY, ids=lambda family: family.__name__)
def test_what_losses_need_is_measured_before_the_first_step(
    family: type[Family], tmp_path: Path
) -> None:
    pytest.importorskip("torch")
    from approx_build.training.state import STATE_NAME

    class StoppedError(Exception):
        pass

    def stop(seen: object) -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        train_example(family, tmp_path, progress=stop)
    network = example_network(family)
    kept = load_file(next(tmp_path.rglob(STATE_NAME)))
    first = network.network().initial(Stream.named("first"))
    moved = {name for one in family.players for name in one.of(first)}
    for name in network.tensor_shapes().keys() - moved:
        assert (kept[f"weights/{name}"] == kept[f"average/{name}"]).all()
        assert (kept[f"weights/{name}"] != first[name]).any(), name
