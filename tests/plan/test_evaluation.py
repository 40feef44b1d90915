"""Evaluations in the graph: what they read, what is drawn once, and where excerpts come from."""

from __future__ import annotations

import pytest

from approx_build.plan.catalog import Catalog
from approx_build.plan.evaluation import LoweredEvaluation, add_stretch, lower_evaluation
from approx_build.plan.graph import Graph, Kind
from approx_build.plan.networks import Networks
from tests.plan.conftest import Lower


@pytest.fixture
def evaluation(catalog: Catalog) -> LoweredEvaluation:
    return lower_evaluation(Networks(Graph(), catalog), "tiny", 3, 0.4)


def test_each_kept_step_has_its_takes_and_their_evaluation(evaluation: LoweredEvaluation) -> None:
    graph = evaluation.networks.graph
    assert list(evaluation.checkpoints) == [0, 2, 4]
    action = graph.actions[evaluation.checkpoints[2].evaluation]
    assert action.kind is Kind.EVALUATE
    roles = ["corpus", *(f"recording.000{n}" for n in (0, 1)), *(f"take.000{n}" for n in range(3))]
    assert sorted(action.inputs) == roles
    assert action.params == {
        "rate": 8000,
        "held_out": 800,
        "recordings": ["tones/high", "tones/low"],
        "search": {"passage_s": 0.2, "hop_s": 0.05, "candidates": 8},
    }
    assert not [role for role in graph.actions[evaluation.corpus].inputs if "take" in role]
    graph.check()
    assert set(evaluation.targets()) <= set(graph.actions)


def test_one_seed_draws_the_same_numbers_after_every_step(evaluation: LoweredEvaluation) -> None:
    actions = evaluation.networks.graph.actions
    streams = {
        step: [actions[take.take].stream for take in one.takes]
        for step, one in evaluation.checkpoints.items()
    }
    assert streams[0] == streams[2] == streams[4]
    assert len(set(streams[0])) == 3


def test_the_first_take_is_the_one_that_a_piece_shows(catalog: Catalog, lowered: Lower) -> None:
    piece = lowered()
    ours = lower_evaluation(Networks(Graph(), catalog), "tiny", 1, 3.0)
    shown = piece.graph.actions[piece.previews["tiny"][2].take]
    drawn = ours.networks.graph.actions[ours.checkpoints[2].takes[0].take]
    assert (drawn.params, drawn.stream) == (shown.params, shown.stream)


def test_a_stretch_lies_inside_its_recording(evaluation: LoweredEvaluation) -> None:
    starts = [add_stretch(evaluation, "tones/low", at).start_s for at in (-1, 0.1, 0.7)]
    assert starts == [0.0, 0.1, pytest.approx(0.4)]


def test_takes_longer_than_a_recording_are_beside_all_of_it(catalog: Catalog) -> None:
    long = lower_evaluation(Networks(Graph(), catalog), "tiny", 1, 2.0)
    clip = long.networks.graph.actions[long.excerpts[0].shown.take]
    assert (clip.params["start_s"], clip.params["length_s"]) == (0.0, None)
