from __future__ import annotations

from tests.score.scores import Project


def test_sources_are_located_as_they_are_written(project: Project) -> None:
    project.movement(
        "movement: a\nlength: 60\nparts:\n  p:\n    events:\n"
        "      - {at: 0, play: {from: a/b}}\n      - {at: bar 2, play: {from: [a/b, a/c]}}\n"
    )
    movement = project.load().movements[0]
    assert str(movement.locate(movement.source_loc("p", 0, 0))).endswith(":6:30")
    assert str(movement.locate(movement.source_loc("p", 1, 1))).endswith(":7:40")
    assert movement.onset(movement.model.parts["p"].events[1]) == 4
