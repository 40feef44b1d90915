from __future__ import annotations

from collections import Counter

import pytest

from approx_build.errors import ScoreError
from approx_build.score.event import Event
from tests.score.scores import Project

HEAD = "movement: a\nlength: 900\ntakes: {t: {model: m, length_s: 2}, u: {model: m, length_s: 2}}\n"


def events(project: Project, text: str, part: str = "p", seed: int = 3) -> list[Event]:
    project.piece(f"piece: tide\nseed: {seed}\nmovements: [tide/1-fog.yaml]\n")
    project.movement(f"{HEAD}parts: {{{part}: {{events: [{text}]}}}}\n")
    return list(project.load().movements[0].model.parts[part].events)


def pitches(project: Project, text: str, **where: object) -> list[float]:
    found = events(project, text, **where)  # type: ignore[arg-type]
    return [event.op.model_dump()["semitones"] for event in found]


def one(at: float, more: str = "") -> str:
    choice = f"{{choose: [0, 7, 12, 19, 24]{more}}}"
    return f"{{at: {at}, repitch: {{from: t, semitones: {choice}}}}}"


MANY = [one(at) for at in range(40)]


def test_a_choice_is_one_of_the_options_and_repeats(project: Project) -> None:
    found = pitches(project, ", ".join(MANY))
    assert set(found) == {0, 7, 12, 19, 24}
    assert found == pitches(project, ", ".join(MANY))


def test_no_other_event_changes_a_choice(project: Project) -> None:
    found = pitches(project, ", ".join(MANY))
    assert pitches(project, ", ".join([one(0.5), *MANY[::-1]]))[1:] == found[::-1]
    assert pitches(project, ", ".join(MANY[7:])) == found[7:]


def test_seed_part_and_id_change_choices(project: Project) -> None:
    found = pitches(project, ", ".join(MANY))
    assert pitches(project, ", ".join(MANY), seed=4) != found
    assert pitches(project, ", ".join(MANY), part="q") != found
    named = [text.replace("{at", "{id: a, at", 1) for text in MANY]
    # With an id, neither the time nor another parameter changes the choice.
    assert len({pitches(project, text)[0] for text in named}) == 1


def test_two_fields_and_equal_events_choose_on_their_own(project: Project) -> None:
    both = "{at: 0, fade_in_s: {choose: [0, 1]}, fade_out_s: {choose: [0, 1]}, play: {from: t}}"
    found = events(project, ", ".join([both] * 40))
    pairs = Counter((event.fade_in_s, event.fade_out_s) for event in found)
    assert len(pairs) == 4


def test_weights_make_options_more_likely(project: Project) -> None:
    texts = [one(at, ", weights: [96, 1, 1, 1, 1]") for at in range(100)]
    counts = Counter(pitches(project, ", ".join(texts)))
    assert 86 <= counts[0.0] <= 100


def test_sources_operations_and_choices_may_be_chosen(project: Project) -> None:
    text = (
        "{at: 1, play: {from: {choose: [t, {take: u, start_s: 1}]}},"
        " through: {choose: [[reverse], [{choose: [{hold: {length: 2}}]}]]}}"
    )
    found = events(project, ", ".join([text] * 20))
    assert {event.sources[0].take for event in found} == {"t", "u"}
    assert {event.through[0].op for event in found} == {"reverse", "hold"}


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("{choose: []}", "semitones.choose: needs a list of options, is a list of 0"),
        ("{choose: 3}", "semitones.choose: needs a list of options, is 3"),
        (
            "{choose: [1, 2], weights: [1]}",
            "semitones.weights: needs a number for each option (2, is 1)",
        ),
        (
            "{choose: [1, 2], weights: [1, 0]}",
            "semitones.weights: needs a list of numbers from 0.001 to 1000000, is a list of 2",
        ),
        (
            "{choose: [1, 2], wheights: [1, 1]}",
            "semitones.wheights: unknown field; a choice has 'choose' and 'weights'",
        ),
        ("{choose: [x]}", "semitones: needs a number, is 'x'"),
    ],
)
def test_choices_that_make_no_sense_are_located(project: Project, value: str, fault: str) -> None:
    with pytest.raises(ScoreError) as caught:
        events(project, f"{{at: 0, repitch: {{from: t, semitones: {value}}}}}")
    [found] = caught.value.faults
    assert found.message == f"parts.p.events[0].repitch.{fault}"
