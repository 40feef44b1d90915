"""Evaluations in the graph: what they read, what is drawn once, and where excerpts come from."""

from __future__ import annotations

import pytest

from approx_build.plan.catalog import Catalog
from approx_build.plan.evaluation import LoweredEvaluation, add_stretch, lower_evaluation
from approx_build.plan.graph import Graph, Kind
from approx_build.plan.takes import Networks
from tests.plan.conftest import TODAY, Lower
from tests.space import Space


@pytest.fixture
def evaluation(catalog: Catalog) -> LoweredEvaluation:
    return lower_evaluation(Networks(Graph(), catalog), "tiny", 3, 0.4)


def test_each_kept_step_has_its_takes_and_their_evaluation(evaluation: LoweredEvaluation) -> None:
    graph = evaluation.networks.graph
    assert list(evaluation.checkpoints) == [0, 2, 4]
    action = graph.actions[evaluation.checkpoints[2].evaluation]
    assert action.kind is Kind.EVALUATE
    roles = ["corpus", *(f"prepared.000{n}" for n in (0, 1)), *(f"take.000{n}" for n in range(3))]
    assert sorted(action.inputs) == roles
    assert action.params == {
        "rate": 8000,
        "split": {"size": 256, "held_out_s": 0.1, "chunk_s": None},
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


def test_it_reads_what_the_training_reads(catalog: Catalog) -> None:
    networks = Networks(Graph(), catalog)
    run = networks.graph.actions[networks.run("tiny", None)]
    found = lower_evaluation(networks, "tiny", 1, 0.4)
    inputs = networks.graph.actions[found.corpus].inputs
    assert inputs.items() <= run.inputs.items()
    assert len(inputs) == 2


def test_recordings_that_a_model_excludes_are_not_used(project: Space) -> None:
    project.edit(
        "models/tiny.yaml", "training:", "preparation: { exclude: { low: hum } }\ntraining:"
    )
    found = lower_evaluation(Networks(Graph(), Catalog(project.root, TODAY)), "tiny", 1, 0.4)
    assert list(found.prepared) == ["tones/high"]


def test_a_stretch_is_cut_from_prepared_sound_and_is_inside_it(
    evaluation: LoweredEvaluation,
) -> None:
    found = [add_stretch(evaluation, "tones/low", at, 6400) for at in (-1, 0.1, 0.7)]
    assert [excerpt.start_s for excerpt in found] == [0.0, 0.1, 0.4]
    clip = evaluation.networks.graph.actions[found[0].shown.take]
    assert clip.inputs == {"source": evaluation.prepared["tones/low"]}
    assert clip.params["rate"] == 8000


def test_takes_longer_than_a_recording_are_beside_all_of_it(catalog: Catalog) -> None:
    long = lower_evaluation(Networks(Graph(), catalog), "tiny", 1, 2.0)
    whole = add_stretch(long, "tones/low", 0.3, 6399)
    clip = long.networks.graph.actions[whole.shown.take]
    assert (clip.params["start_s"], clip.params["length_s"]) == (0.0, 6399 / 8000)
