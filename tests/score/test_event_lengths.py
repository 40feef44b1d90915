from __future__ import annotations

import pytest

from approx_build.score.duration_checks import sounds_of
from tests.score.scores import Project


@pytest.mark.parametrize(
    ("event", "length_s"),
    [
        ("play: {from: t}", 2.0),
        ("play: {from: [t, u]}", 5.0),
        ("play: {from: {take: u, start_s: 1}}", 4.0),
        ("play: {from: {take: u, start_s: 1, length_s: 0.5}}", 0.5),
        ("play: {from: a/b}", None),
        ("play: {from: {recording: a/b, length_s: 3}}", 3.0),
        ("play: {from: {recording: a/c}}", 7.0),
        ("play: {from: [t, a/b]}", None),
        ("play: {from: {part: q}}", 60.0),
        ("hold: {from: [t, a/*], length_s: 9}", 9.0),
        ("play: {from: a/b}, through: [{hold: {length_s: 9}}, play]", 9.0),
    ],
)
def test_the_most_an_event_may_last(project: Project, event: str, length_s: float | None) -> None:
    project.movement(
        "movement: a\nlength: 60\ntakes: {t: {model: m, length_s: 2}, u: {model: m, length_s: 5}}\n"
        f"parts: {{p: {{events: [{{at: 0, {event}}}]}}, q: {{}}}}\n"
    )
    movement = project.load().movements[0]
    [read] = movement.model.parts["p"].events
    sounds = sounds_of(movement, {"a/c": 7.0}.get)
    assert sounds.longest(read, movement.chain(read, 8000)) == length_s
