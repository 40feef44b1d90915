"""Lowering: the whole graph of a piece, what it publishes, and what each movement can name."""

from __future__ import annotations

from collections import Counter

from approx_build.plan.graph import Kind
from approx_build.plan.lower import takes_in_scope
from tests.plan.conftest import Lower
from tests.space import Space


def test_the_graph_has_what_the_piece_needs_and_nothing_else(lowered: Lower) -> None:
    piece = lowered()
    piece.graph.check()
    assert piece.graph.kinds() == Counter(
        {
            Kind.PREPARE: 2,
            Kind.TRAIN: 1,
            Kind.CHECKPOINT: 3,
            Kind.TAKE: 8,  # cry three, early two, a preview of each checkpoint
            Kind.CLIP: 7,
            Kind.EVENT: 5,
            Kind.STEM: 3,
            Kind.MIX: 2,
            Kind.MASTER: 2,
            Kind.PIECE: 1,
            Kind.MEASURE: 5,
            Kind.FIGURE: 10,
        }
    )


def test_every_published_file_has_its_target(lowered: Lower) -> None:
    piece = lowered()
    assert piece.published["tide/1-foam.wav"] == "1-foam/master"
    assert piece.published["tide/stems/1-foam/spray.wav"] == "1-foam/stems/spray"
    assert piece.published["tide/tide.wav"] == "piece/whole"
    assert piece.published["tide/networks/tiny/step-000002.wav"] == "models/tiny/preview/2"
    assert set(piece.published.values()) <= piece.graph.actions.keys()


def test_one_movement_is_no_whole(project: Space, lowered: Lower) -> None:
    project.edit("pieces/tide.yaml", ", tide/2-sand.yaml", "")
    piece = lowered()
    assert piece.whole is None
    assert "tide/tide.wav" not in piece.published


def test_the_movements_are_joined_in_order_with_the_gap(lowered: Lower) -> None:
    whole = lowered().graph.actions["piece/whole"]
    assert whole.params == {"gap": 2000}
    assert whole.inputs == {"movement.000": "1-foam/master", "movement.001": "2-sand/master"}


def test_every_network_is_shown_at_each_of_its_steps_with_the_same_numbers(lowered: Lower) -> None:
    piece = lowered()
    takes = [piece.graph.actions[each.take] for each in piece.previews["tiny"].values()]
    assert list(piece.previews["tiny"]) == [0, 2, 4]
    assert len({take.stream for take in takes}) == 1
    assert len({str(take.params) for take in takes}) == 1
    assert len({take.inputs["checkpoint"] for take in takes}) == 3


def test_takes_of_the_piece_and_of_the_movement_are_in_reach(lowered: Lower) -> None:
    score = lowered().score
    foam = takes_in_scope(score, score.movements[0])
    assert {name: take.scope for name, take in foam.items()} == {"cry": "", "early": "1-foam"}
    assert str(foam["cry"].where) == "pieces/tide.yaml:7:3"
    assert str(foam["early"].where) == "pieces/tide/1-foam.yaml:5:3"
    assert takes_in_scope(score, score.movements[1]).keys() == {"cry"}


def test_files_are_counted_from_their_movement(project: Space, lowered: Lower) -> None:
    score = lowered().score
    assert score.movements[0].file_path(score.root, "../bell.wav") == "pieces/bell.wav"


def test_lowering_does_not_depend_on_the_order_of_parts(project: Space, lowered: Lower) -> None:
    before = lowered().graph.actions
    text = (project.root / "pieces/tide/1-foam.yaml").read_text()
    head, spray = text.split("  spray:\n")
    spray, shore = spray.split("  shore:\n")
    shore, cues = shore.split("cues:")
    turned = f"{head}  shore:\n{shore}  spray:\n{spray}cues:{cues}"
    project.write("pieces/tide/1-foam.yaml", turned)
    after = lowered().graph.actions
    assert after.keys() == before.keys()
    for target, action in after.items():
        same = before[target]
        assert (action.params, action.inputs, action.stream) == (
            same.params,
            same.inputs,
            same.stream,
        )
