"""The operation of an event with its sources: where they start, and what belongs elsewhere."""

from __future__ import annotations

import pytest

from tests.score.scores import Project

HEAD = (
    "movement: a\nlength: 10\ntakes: {t: {model: m, length_s: 2, count: 3}}\n"
    + "parts: {p: {events: [\n"
)


def event(project: Project, text: str) -> None:
    project.movement(f"{HEAD}  {text}\n]}}}}\n")


@pytest.mark.parametrize("written", ["start_s: 0.5", "start: 1/8", "start: 0.5"])
def test_the_start_beside_from_is_that_of_each_source(project: Project, written: str) -> None:
    event(project, f"{{at: 1, play: {{from: [t, {{take: t, start_s: 1}}], {written}}}}}")
    [read] = project.load().movements[0].model.parts["p"].events
    assert [source.start_s for source in read.sources] == [0.5, 1.0]


def test_an_operation_with_a_start_of_its_own_keeps_it(project: Project) -> None:
    event(project, "{at: 1, hold: {from: t, start_s: 0.5, length_s: 1, rate_hz: 6}}")
    [read] = project.load().movements[0].model.parts["p"].events
    assert read.op.model_dump()["start_s"] == 0.5
    assert read.sources[0].start_s == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{at: 1, play: {from: t, start_s: ‸-1}}", "play.start_s: must be at least 0"),
        ("{at: 1, play: {from: t, start: ‸soon}}", "play.start: needs a length such as"),
        ("{at: 1, play: {from: ‸t, start_s: 3}}", "play.from: begins at 3 s, after the end"),
        ("{at: 1, play: {‸take: t}}", "play.take: belongs to a source; write from: { take: t }"),
        ("{at: 1, play: {from: t, ‸length: 1}}", "play.length: play lasts as long as its source"),
        (
            "{at: 1, play: {from: t}, through: [{hold: {from: t, ‸clip: 1, length_s: 1}}]}",
            "through[0].hold.clip: an operation in 'through' works on the result of the one",
        ),
        ("{at: 1, play: {from: t}, through: ‸reverse}", "through: needs a list of operations"),
    ],
)
def test_what_belongs_elsewhere_is_said_at_its_place(
    project: Project, text: str, words: str
) -> None:
    event(project, text.replace("‸", ""))
    where = f"1-fog.yaml:5:{text.index('‸') + 3}: parts.p.events[0]."
    assert any(fault.startswith(where + words) for fault in project.faults()), project.faults()
