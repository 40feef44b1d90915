from __future__ import annotations

from fractions import Fraction

import pytest

from approx_build.errors import ScoreError
from approx_build.score.duration_checks import check_durations
from approx_build.score.load import read_piece
from tests.score.generators.places import Shelf
from tests.score.scores import Project

HEAD = (
    "movement: a\nlength: 60\ntempo: [{at: 0, bpm: 60, ramp: true}, {at: bar 5, bpm: 120}]\n"
    "takes: {t: {model: m, length_s: 2}, u: {model: m, length_s: 3}}\nparts:\n"
)
OPENING = "  p: {events: [{at: 1, id: opening, hold: {from: t, length: 2.5}}]}\n"


def onsets(project: Project, parts: str) -> list[Fraction]:
    project.movement(HEAD + parts)
    movement = project.load().movements[0]
    return [movement.onset(e) for part in movement.model.parts.values() for e in part.events]


def faults(project: Project, parts: str) -> list[str]:
    project.movement(HEAD + parts)
    return [fault.split(": ", 1)[1] for fault in project.faults()]


def test_an_event_begins_after_the_end_of_another(project: Project) -> None:
    second = (
        "  q: {events: [{after: opening + 0.5, play: {from: t}},\n"
        "    {after: p/opening, play: {from: t}}]}\n"
    )
    assert onsets(project, OPENING + second) == [1, 4, Fraction(7, 2)]


def test_events_may_be_written_in_any_order_and_follow_in_a_row(project: Project) -> None:
    parts = (
        "  q: {events: [{after: b + 1 beat, id: c, play: {from: t}},\n"
        "    {after: opening, id: b, play: {from: t}}]}\n" + OPENING
    )
    late, early, first = onsets(project, parts)
    assert (early, first) == (Fraction(7, 2), 1)
    # One beat of the accelerando at 5.5 s, by the formula of constant acceleration.
    bpm = 60 + 5.625 * 5.5
    assert float(late) == pytest.approx(5.5 + 120 / (bpm + (bpm**2 + 675) ** 0.5))


def test_the_length_of_a_recording_is_asked_for(project: Project) -> None:
    project.movement(
        f"{HEAD}  p: {{events: [{{at: 1, id: a, play: {{from: c/x}}}},\n"
        "    {after: a, play: {from: t}}]}\n"
    )
    path = project.root / "pieces" / "tide.yaml"
    reading = read_piece(path, recordings=Shelf({"c/x": 7.25}))
    assert not [*reading.faults, *check_durations(reading)]
    movement = reading.movements[0]
    assert movement.onset(movement.model.parts["p"].events[1]) == Fraction(33, 4)
    with pytest.raises(ScoreError, match="the length of event 'p/a' is unknown"):
        project.load()


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (
            "{after: openin, play: {from: t}}",
            "no event with the id 'openin'; did you mean 'opening'?",
        ),
        ("{after: 3, play: {from: t}}", "needs the id of an event, as in opening + 0.5"),
        (
            "{after: opening + bar 2, play: {from: t}}",
            "'bar 2' is a moment; only lengths can",
        ),
        (
            "{at: 1, after: opening, play: {from: t}}",
            "'at' and 'after' are given; give one",
        ),
        ("{play: {from: t}}", "missing field 'at'"),
        (
            "{at: 0, id: x, play: {from: [t, u]}}, {after: x, play: {from: t}}",
            "how long event 'q/x' is, is left to chance; give it a length",
        ),
        (
            "{after: y, id: x, play: {from: t}}, {after: x, id: y, play: {from: t}}",
            "events begin after each other in a circle: q/y → q/x → q/y",
        ),
        (
            "{at: 0, id: x, play: {from: t, nonsense: 3}}, {after: x, play: {from: t}}",
            "event 'q/x' has a fault, so its end is unknown",
        ),
    ],
)
def test_what_no_event_can_begin_after_is_reported(
    project: Project, parts: str, message: str
) -> None:
    found = faults(project, f"{OPENING}  q: {{events: [{parts}]}}\n")
    assert any(message in fault for fault in found), found


def test_an_id_means_the_event_of_its_own_part_first(project: Project) -> None:
    first = "{at: 9, id: opening, play: {from: t}}"
    own = f"  q: {{events: [{first}, {{after: opening, play: {{from: t}}}}]}}\n"
    assert onsets(project, OPENING + own) == [1, 9, 11]
    other = "  r: {events: [{after: opening, play: {from: t}}]}\n"
    assert faults(project, OPENING + own + other) == [
        "parts.r.events[0].after: several events have the id 'opening'; write 'p/opening' or "
        "'q/opening'"
    ]


def test_a_long_row_in_the_wrong_order_is_refused_and_in_the_right_order_read(
    project: Project,
) -> None:
    rows = [f"{{after: e{n}, id: e{n + 1}, hold: {{from: t, length: 0.01}}}}" for n in range(300)]
    first = "{at: 0, id: e0, hold: {from: t, length: 0.01}}"
    assert len(onsets(project, f"  p: {{events: [{', '.join([first, *rows])}]}}\n")) == 301
    found = faults(project, f"  p: {{events: [{', '.join([*rows[::-1], first])}]}}\n")
    assert any("has a fault" in fault or "order of time" in fault for fault in found)


def test_a_row_under_a_moving_tempo_is_on_the_beat_in_short_fractions(project: Project) -> None:
    rows = [
        f"{{after: e{n} + 1/8, id: e{n + 1}, hold: {{from: t, length: 1/8}}}}" for n in range(60)
    ]
    first = "{at: 0, id: e0, hold: {from: t, length: 1/8}}"
    found = onsets(project, f"  p: {{events: [{', '.join([first, *rows])}]}}\n")
    tempo = project.load().movements[0].tempo
    for beat, onset in enumerate(found):
        assert float(onset) == pytest.approx(float(tempo.at_quarters(Fraction(beat))), abs=1e-12)
    # Exact, the last would have more digits than there is memory.
    assert max(onset.denominator.bit_length() for onset in found) < 1000


def test_until_is_a_length_to_a_moment(project: Project) -> None:
    parts = "  p: {events: [{at: bar 5, until: bar 6, hold: {from: t}}]}\n"
    project.movement(HEAD + parts)
    [event] = project.load().movements[0].model.parts["p"].events
    assert event.op.length([]) == 2
    assert event.written("op") == {"length_s": "until bar 6"}


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (
            "{at: 0, until: bar 2, play: {from: t}}",
            "until: play has no length of its own; give its source a length",
        ),
        (
            "{at: 0, until: bar 2, hold: {from: t, length_s: 3}}",
            "until: 'until' and 'length_s' are given; give one of them",
        ),
        ("{at: 5, until: 4, hold: {from: t}}", "until: must be after the event's start (is 4)"),
        ("{at: 5, until: Z, hold: {from: t}}", "until: needs a time such as"),
    ],
)
def test_until_that_makes_no_sense_is_reported(project: Project, event: str, message: str) -> None:
    [fault] = faults(project, f"  p: {{events: [{event}]}}\n")
    assert message in fault


def test_an_event_of_a_generator_cannot_be_named_and_the_message_says_so(
    project: Project,
) -> None:
    project.movement(
        "movement: a\nlength: 60\ntakes: {t: {model: m, length_s: 2}}\nparts:\n  a:\n"
        "    compose: [{at: 0, padberg: {text: ab, unit: 0.02, from: t, at_hz: 440}}]\n"
        "    events: [{after: padberg-1, play: {from: t}}]\n"
    )
    [fault] = project.faults()
    assert "a.events[0].after: 'padberg-1' is an event of a generator, which begins only" in fault
