from __future__ import annotations

import pytest

from tests.score.scores import Project

HEAD = "movement: a\nlength: 60\ntakes: {t: {model: m, length_s: 2}}\nparts:\n"
VOICE = (
    "  voice: {pan: -0.5, gain_db: -3, events: [{at: 1, id: call, play: {from: t}},\n"
    "    {after: call + 1, id: reply, play: {from: t}}]}\n"
)


def test_a_part_has_what_it_does_not_say_from_the_part_it_is_like(project: Project) -> None:
    project.movement(
        f"{HEAD}  echo: {{like: other, mute: true}}\n  other: {{like: voice, pan: 0.5}}\n{VOICE}"
    )
    movement = project.load().movements[0]
    parts = movement.model.parts
    assert list(parts) == ["echo", "other", "voice"]
    assert [part.pan.values for part in parts.values()] == [(0.5,), (0.5,), (-0.5,)]
    assert {part.gain_db.values for part in parts.values()} == {(-3,)}
    assert [part.mute for part in parts.values()] == [True, False, False]
    # Every part has events of its own: the ids mean those of the part.
    assert [movement.onset(part.events[1]) for part in parts.values()] == [4, 4, 4]


def test_its_own_events_replace_those_of_the_other(project: Project) -> None:
    project.movement(
        f"{HEAD}{VOICE}  solo: {{like: voice, events: [{{at: 9, play: {{from: t}}}}]}}\n"
    )
    movement = project.load().movements[0]
    assert [movement.onset(event) for event in movement.model.parts["solo"].events] == [9]


def test_events_that_are_taken_count(project: Project) -> None:
    events = ", ".join(["{at: 1, play: {from: t}}"] * 3000)
    others = "".join(f"  p{n}: {{like: voice}}\n" for n in range(10))
    project.movement(f"{HEAD}  voice: {{events: [{events}]}}\n{others}")
    [fault] = project.faults()
    assert "with these the piece has 21,000 events; at most 20,000 are possible" in fault


def test_a_long_row_of_parts_is_refused(project: Project) -> None:
    row = "".join(f"  p{n}: {{like: p{n + 1}}}\n" for n in range(900))
    project.movement(f"{HEAD}{row}  p900: {{}}\n")
    assert "more than 50 parts are like each other in a row" in project.faults()[0]


@pytest.mark.parametrize(
    ("parts", "faults"),
    [
        (
            "  a: {like: voic}\n",
            ["1-fog.yaml:5:13: parts.a.like: unknown part 'voic'; did you mean 'voice'?"],
        ),
        ("  a: {like: 3}\n", ["1-fog.yaml:5:13: parts.a.like: unknown part 3; there are: voice"]),
        (
            "  a: {like: b}\n  b: {like: a}\n",
            ["1-fog.yaml:6:13: parts.b.like: parts are like each other in a circle: a → b → a"],
        ),
        (
            "  a: {like: b}\n  b: {pan: 7}\n",
            [
                "1-fog.yaml:6:12: parts.a.pan: must lie from -1 to 1 (is 7)",
                "1-fog.yaml:6:12: parts.b.pan: must lie from -1 to 1 (is 7)",
            ],
        ),
    ],
)
def test_what_a_part_cannot_be_like_is_located(
    project: Project, parts: str, faults: list[str]
) -> None:
    project.movement(f"{HEAD}{parts}{VOICE}")
    assert project.faults() == faults
