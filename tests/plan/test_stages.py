"""Stages in the graph: of networks that have them, and of the take that the page shows."""

from __future__ import annotations

import pytest

from approx_build.plan.evaluation import add_stages
from approx_build.plan.graph import Kind
from approx_build.plan.key import key, manifest
from approx_build.plan.lower import LoweredPiece
from tests.e2e.test_second_family import FOAM
from tests.plan.conftest import Lower
from tests.space import WAVE, Space


@pytest.fixture
def piece(project: Space, lowered: Lower) -> LoweredPiece:
    project.write("models/wave.yaml", WAVE)
    project.edit(FOAM, "early: { model: tiny, step: 0,", "early: { model: wave, step: 2,")
    return lowered()


def test_only_a_network_that_makes_sound_of_noise_has_stages(piece: LoweredPiece) -> None:
    assert piece.stages.keys() == {"wave"}
    assert piece.graph.kinds()[Kind.STAGES] == 1


def test_they_are_of_the_last_checkpoint_that_the_piece_uses(piece: LoweredPiece) -> None:
    stages = piece.stages["wave"]
    assert (stages.step, stages.target) == (2, "models/wave/stages/2")
    assert list(piece.previews["wave"]) == [0, 2, 4]


def test_they_are_drawn_as_the_take_beside_them(piece: LoweredPiece) -> None:
    stages = piece.graph.actions[piece.stages["wave"].target]
    take = piece.graph.actions[piece.previews["wave"][2].take]
    assert (stages.stream, stages.inputs) == (take.stream, take.inputs)
    alike = ("family", "version", "network", "sampling")
    assert [stages.params[name] for name in alike] == [take.params[name] for name in alike]
    assert stages.params["sampling"]["steps"] == 3  # type: ignore[index, call-overload]


def test_another_numeric_environment_is_another_key(piece: LoweredPiece) -> None:
    networks = piece.networks
    stages = networks.graph.actions.pop("models/wave/stages/2")
    networks.environment = {"device": "a GPU"}
    again = add_stages(networks, "wave", 2, stages.stream)
    other = networks.graph.actions[again.target]
    digests = {"checkpoint": "c0" * 32}
    assert key(manifest(other, digests)) != key(manifest(stages, digests))
