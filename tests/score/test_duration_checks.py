from __future__ import annotations

import pytest

from tests.score.scores import Project

HEAD = "movement: a\nlength: 10\ntempo: 120\ntakes: {t: {model: m, length_s: 2, count: 3}}\n"


@pytest.mark.parametrize(
    ("event", "fault"),
    [
        ("{at: 10, play: {from: t}}", "5:28: parts.p.events[0].at: begins at 0:10; the movement"),
        ("{at: bar 9, play: {from: t}}", "5:28: parts.p.events[0].at: begins at 0:16; the"),
        (
            "{at: bar 2.5, play: {from: t}}",
            "5:28: parts.p.events[0].at: 'bar 2.5': a bar of 4/4 has",
        ),
        (
            "{at: 8.5, play: {from: t}}",
            "5:39: parts.p.events[0].play: ends at 0:10.5; the movement ends at 0:10",
        ),
        (
            "{at: 0, hold: {from: t, length_s: 11}}",
            "5:37: parts.p.events[0].hold: ends at 0:11; the movement ends at 0:10",
        ),
        (
            "{at: 0, hold: {from: a/b, length_s: 11}}",
            "5:37: parts.p.events[0].hold: ends at 0:11; the movement ends at 0:10",
        ),
        (
            "{at: 9, play: {from: t}, through: [{hold: {length_s: 3}}]}",
            "5:37: parts.p.events[0].play: ends at 0:12; the movement ends at 0:10",
        ),
        (
            "{at: 0, play: {from: t}, fade_in_s: 2.5}",
            "5:59: parts.p.events[0].fade_in_s: the fade is longer than the event (2 s) (is 2.5)",
        ),
        (
            "{at: 0, play: {from: {take: t, start_s: 1.5}}, fade_out_s: 1}",
            "5:82: parts.p.events[0].fade_out_s: the fade is longer than the event (0.5 s) (is 1)",
        ),
        (
            "{at: 0, play: {from: {take: t, start_s: 2}}}",
            "5:44: parts.p.events[0].play.from: begins at 2 s, after the end of the take (2 s)",
        ),
        (
            "{at: 0, play: {from: [{take: t, start_s: 1, length_s: 1.5}]}}",
            "5:45: parts.p.events[0].play.from[0]: ends at 2.5 s, after the end of the take (2 s)",
        ),
        (
            "{at: 0, play: {from: t}, gain_db: [[0, 1], [22 beats, 2]]}",
            "5:67: parts.p.events[0].gain_db[1][0]: 22 beats is after the movement's end (0:10)",
        ),
    ],
)
def test_times_that_do_not_fit_are_located(project: Project, event: str, fault: str) -> None:
    project.movement(f"{HEAD}parts: {{p: {{events: [ {event} ]}}}}\n")
    [found] = project.faults()
    assert found.startswith(f"1-fog.yaml:{fault}")


def test_an_event_may_end_with_the_movement(project: Project) -> None:
    project.movement(f"{HEAD}parts: {{p: {{events: [{{at: 8, play: {{from: t}}}}]}}}}\n")
    assert project.load().movements


def test_lengths_that_only_a_recording_knows_are_left_open(project: Project) -> None:
    project.movement(f"{HEAD}parts: {{p: {{events: [{{at: 8, play: {{from: [t, a/b]}}}}]}}}}\n")
    assert project.load().movements


def test_cues_and_primes_must_fit(project: Project) -> None:
    project.movement(
        "movement: a\nlength: 10\ncues: [{at: 10, text: end}, {at: '0:11', text: late}]\n"
        "takes: {t: {model: m, length_s: 2}, "
        "u: {model: m, length_s: 2, prime: {take: t, start_s: 3}}}\n"
    )
    assert project.faults() == [
        "1-fog.yaml:3:34: cues[1].at: 0:11 is after the movement's end (0:10)",
        "1-fog.yaml:4:71: takes.u.prime: begins at 3 s, after the end of the take (2 s)",
    ]
