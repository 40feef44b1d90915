from __future__ import annotations

import json
from fractions import Fraction

import pytest

from approx_build.ops.base import OPS
from approx_build.score.event import Event
from approx_build.score.lengths import attempt, without_tempo
from approx_build.score.takes import Take
from approx_build.yaml_source import Problems
from tests.score.scores import Project

HEAD = (
    "movement: a\nlength: 60\ntempo: [{at: 0, bpm: 60, ramp: true}, {at: bar 5, bpm: 120}]\n"
    "takes: {t: {model: m, length_s: 9}}\nparts: {p: {events: ["
)


def read(project: Project, event: str) -> Event:
    project.movement(f"{HEAD}{event}]}}}}\n")
    [event_read] = project.load().movements[0].model.parts["p"].events
    return event_read


def faults(project: Project, event: str) -> list[str]:
    project.movement(f"{HEAD}{event}]}}}}\n")
    return [fault.removeprefix("1-fog.yaml:5:") for fault in project.faults()]


@pytest.mark.parametrize("name", OPS.names())
def test_every_field_in_seconds_takes_any_length_without_its_suffix(name: str) -> None:
    op = OPS.get(name)
    for field in op.model_fields:
        if field.endswith("_s"):
            fields = {**op.example, field: 1.5}
            if name == "repeat":
                fields.pop("times", None)
            if name == "stretch":
                fields.pop("factor", None)
            short = {**fields, field.removesuffix("_s"): "0:01.5"}
            short.pop(field)
            problems = Problems()
            made, written = attempt(op, short, without_tempo, problems, ())  # type: ignore[arg-type]
            problems.close()
            assert made == op(**fields)
            assert not written


def test_lengths_follow_the_tempo_from_where_the_event_begins(project: Project) -> None:
    # Four bars from 60 to 120 bpm at 90 in the mean last 32/3 s; then a beat lasts 0.5 s.
    event = read(project, "{at: 0, hold: {from: t, length: 4 bars}, fade_out: 1/4}")
    assert event.op.length([]) == float(Fraction(32, 3))
    assert event.fade_out_s == pytest.approx((4275**0.5 - 60) / 5.625, abs=1e-12)
    event = read(project, "{at: bar 5, hold: {from: t, length: 2 beats + 1/8}}")
    assert event.op.length([]) == 1.25


def test_sources_links_takes_and_breakpoints_take_lengths_too(project: Project) -> None:
    event = read(
        project,
        "{at: bar 5, play: {from: {take: t, start: 1/2, length: 1 bar}}, "
        "through: [{hold: {length: 3 beats}}, {repitch: {semitones: [[0, 1], [1/8, 2]]}}]}",
    )
    assert (event.sources[0].start_s, event.sources[0].length_s) == (1.0, 2.0)
    assert event.through[0].length([]) == 1.5
    assert event.through[1].model_dump()["semitones"] == ((0.0, 1.0), (0.25, 2.0))
    project.movement(
        "movement: a\nlength: 60\ntempo: 120\ntakes:\n"
        "  t: {model: m, length: 2 bars, prime: {recording: a/b, start: 1/4, length: 0.5}}\n"
        "  u: {model: m, length: 9, inpaint: {take: t, missing: [[1 beat, 2 beats]]}}\n"
    )
    takes = project.read().movements[0].model.takes
    assert takes["t"].length_s == 4.0
    assert next(takes["t"].sounds())[1].start_s == 0.5
    assert takes["u"].conditioning is not None
    assert takes["u"].conditioning.model_dump()["missing_s"] == ((0.5, 1.0),)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (
            "{at: 0, hold: {from: t, length: 4 beets, rate_hz: x}}",
            [
                '33: parts.p.events[0].hold.length: needs a length such as 12.5, "1:23.5", '
                '"2 bars", "3 beats" or "1/8", is \'4 beets\'',
                "51: parts.p.events[0].hold.rate_hz: needs a number, is 'x'",
            ],
        ),
        (
            "{at: 0, hold: {from: t, length: 2, length_s: 2}}",
            [
                "25: parts.p.events[0].hold.length: 'length' and 'length_s' are given; "
                "give one of them",
            ],
        ),
        (
            "{at: 0, hold: {from: t, length: 0 beats}}",
            ["33: parts.p.events[0].hold.length: must be at least 0.001 (is 0.0)"],
        ),
        (
            "{at: 0, hold: {from: t, length: bar 3}}",
            [
                "33: parts.p.events[0].hold.length: 'bar 3' is a moment, not a length; a length is "
                'written "3 bars"',
            ],
        ),
        (
            "{at: 0, hold: {from: t, length: 2 beats}, fade_in: 1 bar}",
            [
                "52: parts.p.events[0].fade_in: the fade is longer than the event (1.84111 s) "
                "(is 3.44401)"
            ],
        ),
        (
            "{at: bar 2.5, hold: {from: t, length: 1/5}, pan: 2}",
            [
                "6: parts.p.events[0].at: 'bar 2.5': a bar of 4/4 has 4 beats",
                "39: parts.p.events[0].hold.length: 1/5 is no note value; write 1/4, 3/8 or, for "
                'triplets, 1/12, or "1/5 beats"',
                "50: parts.p.events[0].pan: must lie from -1 to 1 (is 2)",
            ],
        ),
        (
            "{at: 0, repitch: {from: t, semitones: [[x y, 1]]}}",
            [
                "41: parts.p.events[0].repitch.semitones[0][0]: needs a length such as 12.5, "
                '"1:23.5", "2 bars", "3 beats" or "1/8", is \'x y\'',
            ],
        ),
    ],
)
def test_what_is_wrong_is_where_it_is_written(
    project: Project, event: str, expected: list[str]
) -> None:
    places = [fault.split(":", 1) for fault in expected]
    shift = len("parts: {p: {events: [")
    assert faults(project, event) == [f"{int(at) + shift}:{words}" for at, words in places]


def test_takes_of_a_piece_have_no_tempo(project: Project) -> None:
    project.piece("piece: tide\ntakes: {t: {model: m, length: 2 bars}}\nmovements: []\n")
    assert project.faults()[0] == (
        "tide.yaml:2:31: takes.t.length: '2 bars' needs the tempo of a movement; give seconds here"
    )


def test_sections_name_moments(project: Project) -> None:
    project.movement(
        "movement: a\nlength: 60\ntempo: 120\nsections: {A: bar 1, B: bar 9, C: B + 4 bars}\n"
        "parts: {p: {gain_db: [[A, 0], [C - 1/4, -6]], events: [{at: C, play: {from: t}}]}}\n"
        "cues: [{at: B, text: now}]\ntakes: {t: {model: m, length_s: 9}}\n"
    )
    movement = project.load().movements[0]
    assert movement.onset(movement.model.parts["p"].events[0]) == 24
    assert movement.tempo.seconds(movement.model.cues[0].at) == 16


def test_sections_that_make_no_sense_are_located(project: Project) -> None:
    head = "movement: a\nlength: 60\ntakes: {t: {model: m, length_s: 9}}\n"
    project.movement(f"{head}sections: {{A: bar 1.9, 2b: 3, B: D}}\n")
    assert project.faults()[0].startswith("1-fog.yaml:4:24: sections.2b: names of sections are")
    project.movement(f"{head}sections: {{A: bar 1.9, B: C, C: bar 2}}\n")
    assert project.faults() == [
        "1-fog.yaml:4:15: sections.A: 'bar 1.9': a bar of 4/4 has 4 beats",
        '1-fog.yaml:4:27: sections.B: needs a time such as 12.5, "1:23.5" or "bar 3.2", is \'C\'',
    ]
    project.movement(
        f"{head}sections: {{A: bar 1, B: bar 2}}\n"
        "parts: {p: {events: [{at: E, play: {from: t}}]}}\ncues: [{at: D, text: x}]\n"
    )
    assert project.faults() == [
        "1-fog.yaml:5:27: parts.p.events[0].at: there is no section 'E'; there are A and B",
        "1-fog.yaml:6:13: cues[0].at: there is no section 'D'; there are A and B",
    ]


def test_breakpoints_in_lists_of_controls_stay_as_they_are(project: Project) -> None:
    latent = [{"axis": 1, "scale": [[0, 1], [0.5, -1]]}, {"hold": {"at_s": 0.1, "for_s": 0.2}}]
    take = Take.model_validate_json(
        json.dumps({"model": "a", "length_s": 1, "latent": latent}), strict=True
    )
    [scaled, held] = take.controls["latent"]
    assert scaled["scale"] == [[0, 1], [0.5, -1]]
    assert held["hold"] == {"at_s": 0.1, "for_s": 0.2}


@pytest.mark.parametrize("where", ["", "sampling: "])
def test_breakpoints_of_the_controls_of_families_take_lengths(project: Project, where: str) -> None:
    """At any depth: of a take, of a list of changes, of a way."""
    inside = "{pitch_hz: [[0, 220], [1 bar, 440]], latent: [{axis: 1, scale: [[0, 1], [1/4, 2]]}, "
    inside += "{hold: {at: 1 beat, for: 1/8}}, {smooth: 1/16}]}"
    controls = f"sampling: {inside}" if where else inside[1:-1]
    project.movement(
        "movement: a\nlength: 60\ntempo: 120\ntakes:\n"
        f"  t: {{model: m, length: 4, {controls}}}\n"
        "  u: {model: m, length: 4, transfer: {take: t, semitones: [[0, 1], [1 bar, 2]]}}\n"
    )
    takes = project.read().movements[0].model.takes
    found = takes["t"].sampling or takes["t"].controls
    assert found["pitch_hz"] == [[0, 220], [2, 440]]
    scaled, held, smoothed = found["latent"]
    assert scaled["scale"] == [[0, 1], [0.5, 2]]
    assert held["hold"] == {"at_s": 0.5, "for_s": 0.25}
    assert smoothed["smooth_s"] == 0.125
    assert takes["u"].conditioning is not None
    assert takes["u"].conditioning.model_dump()["semitones"] == ((0, 1), (2, 2))


def test_a_breakpoint_of_a_control_that_is_no_length_is_located(project: Project) -> None:
    project.movement(
        "movement: a\nlength: 60\ntakes:\n"
        "  t: {model: m, length: 4, latent: [{axis: 1, scale: [[0, 1], [1/5, 2]]}]}\n"
    )
    [fault] = project.faults()
    assert fault.startswith("1-fog.yaml:4:64: takes.t.latent[0].scale[1][0]: 1/5 is no note value")
