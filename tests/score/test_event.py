from __future__ import annotations

import pytest

from approx_build.ops.hold import Hold
from approx_build.ops.play import Play
from tests.score.scores import Project

HEAD = (
    "movement: a\nlength: 10\ntakes: {t: {model: m, length_s: 2, count: 3}}\n"
    + "parts: {p: {events: [\n"
)


def event(project: Project, text: str) -> None:
    project.movement(f"{HEAD}  {text}\n]}}}}\n")


def test_an_event_is_one_operation_on_its_sources(project: Project) -> None:
    event(
        project,
        "{at: 1, hold: {from: [t, {take: t, clip: 1}, a/b], clip: 2, length_s: 3}, "
        "through: [play, {hold: {length_s: 2}}, {play: }]}",
    )
    [read] = project.load().movements[0].model.parts["p"].events
    assert read.op == Hold(length_s=3)
    assert [(s.name, s.clip) for s in read.sources] == [("t", 2), ("t", 1), ("a/b", None)]
    assert read.through == (Play(), Hold(length_s=2), Play())
    assert (read.mute, read.seed, read.id, read.fade_in_s) == (False, None, None, 0.0)


def test_an_event_is_dumped_with_the_parameters_of_its_operations(project: Project) -> None:
    event(project, "{at: 1, hold: {from: t, length_s: 3}, through: [{hold: {length_s: 1}}]}")
    [read] = project.load().movements[0].model.parts["p"].events
    dumped = read.model_dump(mode="json")
    assert dumped["op"]["length_s"] == 3
    assert dumped["through"][0]["length_s"] == 1
    assert dumped["at"] == "0:01"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("3", "5:3: parts.p.events[0]: needs named fields, is 3"),
        ("{at: 1}", "5:3: parts.p.events[0]: needs an operation, one of: "),
        ("{play: {from: t}}", "5:3: parts.p.events[0]: missing field 'at'"),
        (
            "{at: 1, hald: {from: t}}",
            "5:11: parts.p.events[0].hald: unknown operation 'hald'; did you mean 'hold'?",
        ),
        (
            "{at: 1, gain: -3, play: {from: t}}",
            "5:11: parts.p.events[0].gain: unknown field; did you mean 'gain_db'?",
        ),
        ("{at: 1, pam: -1}", "5:11: parts.p.events[0].pam: unknown field; did you mean 'pan'?"),
        (
            "{at: 1, play: {from: t}, hold: {from: t, length_s: 1}}",
            "5:28: parts.p.events[0].hold: an event has only one operation, and 'play' is another",
        ),
        ("{at: 1, play: t}", "5:17: parts.p.events[0].play: needs fields such as { from: NAME }"),
        ("{at: 1, play: {}}", "5:17: parts.p.events[0].play: missing field 'from'"),
        (
            "{at: 1, play: {from: []}}",
            "5:24: parts.p.events[0].play.from: needs at least one source",
        ),
        (
            "{at: 1, play: {form: t}}",
            "5:18: parts.p.events[0].play.form: unknown field; did you mean 'from'?",
        ),
        (
            "{at: 1, hold: {from: t, lenght: 1}}",
            "5:27: parts.p.events[0].hold.lenght: unknown field; did you mean 'length_s'?",
        ),
        (
            "{at: 1, hold: {from: t, length_s: 1, rate_hz: -4}}",
            "5:49: parts.p.events[0].hold.rate_hz: must be at least 0.001 (is -4)",
        ),
        (
            "{at: 1, hold: {from: t, length_s: soon}}",
            "5:37: parts.p.events[0].hold.length_s: needs a number, is 'soon'",
        ),
        ("{at: 1, play: {from: t, op: play}}", "5:27: parts.p.events[0].play.op: unknown field"),
        (
            "{at: 1, play: {from: t, clip: x}}",
            "5:33: parts.p.events[0].play.clip: needs a whole number, is 'x'",
        ),
        (
            "{at: 1, play: {from: t, clip: 0}}",
            "5:33: parts.p.events[0].play.clip: clips count from 1",
        ),
        (
            "{at: 1, play: {from: a/b, clip: 1}}",
            "5:35: parts.p.events[0].play.clip: chooses one clip of a take, and",
        ),
        (
            "{at: 1, play: {from: t}, through: play}",
            "5:37: parts.p.events[0].through: needs a list of operations, is 'play'",
        ),
        (
            "{at: 1, play: {from: t}, through: [hald]}",
            "5:38: parts.p.events[0].through[0]: unknown operation 'hald'; did you mean 'hold'?",
        ),
        (
            "{at: 1, play: {from: t}, through: [{hald: {}}]}",
            "5:39: parts.p.events[0].through[0].hald: unknown operation 'hald'; did you mean",
        ),
        (
            "{at: 1, play: {from: t}, through: [{hold: {rate_hz: x, length_s: 1}}]}",
            "5:55: parts.p.events[0].through[0].hold.rate_hz: needs a number, is 'x'",
        ),
        (
            "{at: 1, play: {from: t}, through: [{play: {}, hold: {}}]}",
            "5:38: parts.p.events[0].through[0]: needs one operation, as in { reverse: {} }",
        ),
        (
            "{at: 1, play: {from: t}, mute: 1}",
            "5:34: parts.p.events[0].mute: needs true or false, is 1",
        ),
        ("{at: 1, play: {from: t}, pan: 2}", "5:33: parts.p.events[0].pan: must lie from -1 to 1"),
        (
            "{at: 1, play: {from: t}, fade_in_s: -1}",
            "5:39: parts.p.events[0].fade_in_s: must be at least 0 (is -1)",
        ),
    ],
)
def test_events_that_make_no_sense_are_located(project: Project, text: str, fault: str) -> None:
    event(project, text)
    assert project.faults()[0].startswith(f"1-fog.yaml:{fault}")


def test_all_that_is_wrong_with_an_event_comes_at_once(project: Project) -> None:
    event(
        project, "{at: so on, pan: 3, hold: {rate_hz: 0, clip: 0}, through: [zebra], colour: red}"
    )
    found = [line.split(": ")[1].removeprefix("parts.p.events[0]") for line in project.faults()]
    assert found == [
        ".at",
        ".pan",
        ".hold",
        ".hold",
        ".hold.rate_hz",
        ".through[0]",
        ".colour",
    ]
