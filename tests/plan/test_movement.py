"""A movement in the graph: what is summed, what is measured, what is expected."""

from __future__ import annotations

from approx_build.plan.graph import Kind
from tests.plan.conftest import Lower
from tests.space import SAND, Space

PATH = "pieces/tide/2-sand.yaml"


def test_the_parts_that_are_heard_are_summed(project: Space, lowered: Lower) -> None:
    assert lowered().graph.actions["1-foam/mix"].inputs == {
        "stem.0000": "1-foam/stems/shore",
        "stem.0001": "1-foam/stems/spray",
    }
    project.edit("pieces/tide/1-foam.yaml", "    pan: -0.3\n", "    pan: -0.3\n    mute: true\n")
    piece = lowered()
    assert piece.graph.actions["1-foam/mix"].inputs == {"stem.0000": "1-foam/stems/shore"}
    # A muted part is still rendered, to be looked at; it is not published.
    assert "1-foam/stems/spray" in piece.movements[0].targets()
    assert "tide/stems/1-foam/spray.wav" not in piece.published


def test_where_nothing_is_heard_there_is_silence_of_the_exact_length(
    project: Space, lowered: Lower
) -> None:
    project.write(PATH, "movement: sand\nlength: 0.50006\n")
    graph = lowered().graph
    assert graph.actions["2-sand/mix"].inputs == {"stem.0000": "2-sand/silence"}
    silence = graph.actions["2-sand/silence"]
    assert (silence.kind, silence.params["samples"]) == (Kind.STEM, 4000)
    assert silence.params["dither"] == "none"


def test_the_output_says_how_the_master_is_made(project: Space, lowered: Lower) -> None:
    project.edit(
        "pieces/tide.yaml",
        "{ rate: 8000 }",
        "{ rate: 8000, gain_db: 3, dither: none, true_peak_dbtp: -2 }",
    )
    master = lowered().graph.actions["1-foam/master"]
    assert master.params == {"gain_db": 3.0, "ceiling_dbtp": -2.0, "dither": "none"}


def test_expectations_are_ranges_and_levels(project: Space, lowered: Lower) -> None:
    between = "silence: [0.4, 0.6]"
    expect = (
        f"expect: [{{ {between} }}, {{ {between}, below_dbfs: -60 }}, {{ peak_dbfs_below: -3 }}, "
        "{ sound: [0, 0.5] }, { sound: [0, 0.5], above_dbfs: -40 }]\n"
    )
    project.write(PATH, SAND + expect)
    assert lowered().graph.actions["2-sand/measure"].params["expect"] == [
        {"range_s": [0.4, 0.6], "below_dbfs": -90.0},
        {"range_s": [0.4, 0.6], "below_dbfs": -60.0},
        {"range_s": [0.0, 1.0], "below_dbfs": -3.0},
        {"range_s": [0.0, 0.5], "above_dbfs": -60.0},
        {"range_s": [0.0, 0.5], "above_dbfs": -40.0},
    ]


def test_every_part_is_measured_and_drawn(lowered: Lower) -> None:
    foam = lowered().movements[0]
    assert [look.measure for look in foam.looks] == [
        "1-foam/stems/spray/measure",
        "1-foam/stems/shore/measure",
    ]
    assert len(foam.targets()) == len(set(foam.targets())) == 10


def test_actions_know_where_they_were_asked_for(lowered: Lower) -> None:
    actions = lowered().graph.actions
    assert str(actions["1-foam/stems/shore"].where) == "pieces/tide/1-foam.yaml:12:3"
    assert str(actions["1-foam/mix"].where) == "pieces/tide/1-foam.yaml:1:1"
    assert str(actions["2-sand/events/grain/last"].where) == "pieces/tide/2-sand.yaml:8:9"
