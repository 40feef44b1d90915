"""Parts in the graph: what enters the key of an event and of a stem, and what does not."""

from __future__ import annotations

from typing import Any

import pytest

from approx_build.errors import ScoreError
from approx_build.plan.graph import Action, Kind
from tests.plan.conftest import Lower
from tests.space import SAND, Space

PATH = "pieces/tide/2-sand.yaml"
GRAIN = "2-sand/stems/grain"


def sand(project: Space, lowered: Lower, events: str, part: str = "pan: 0") -> dict[str, Action]:
    """The actions of a movement of 1 s with one part."""
    head = "movement: sand\nlength: 1\nparts:\n  grain:\n"
    project.write(PATH, f"{head}    {part}\n    events:\n{events}")
    return {t: a for t, a in lowered().graph.actions.items() if t.startswith("2-sand/")}


def events_of(actions: dict[str, Action]) -> list[Action]:
    return [action for action in actions.values() if action.kind is Kind.EVENT]


def test_an_event_is_its_chain_of_operations(project: Space, lowered: Lower) -> None:
    hold = "hold: { from: cry, clip: 1, rate_hz: 6, length_s: 0.5 }"
    line = f"      - {{ at: 0, {hold}, through: [ {{ reverse: {{}} }} ] }}\n"
    [event] = events_of(sand(project, lowered, line))
    assert [step["params"]["op"] for step in event.params["chain"]] == ["hold", "reverse"]
    assert all(set(step) == {"params", "version"} for step in event.params["chain"])
    # Nothing in this chain is random, so no seed can change its key.
    assert event.stream == ""


def test_only_a_random_operation_has_a_stream(project: Space, lowered: Lower) -> None:
    line = "      - { at: 0, id: mess, scatter: { from: tones/low, length_s: 0.5 }, seed: 1 }\n"
    [event] = events_of(sand(project, lowered, line))
    assert len(event.stream) == 32
    [other] = events_of(sand(project, lowered, line.replace("seed: 1", "seed: 2")))
    assert other.stream != event.stream


def test_a_parameter_at_its_default_is_no_part_of_the_events_name(
    project: Space, lowered: Lower
) -> None:
    salad = "salad: { from: cry, length_s: 0.4, max_grain_s: 0.3%s }"
    plain, said, other = (
        events_of(sand(project, lowered, f"      - {{ at: 0, {salad % extra} }}\n"))[0].stream
        for extra in ("", ", harmonic: 0.15, margin: 1", ", harmonic: 0.2")
    )
    assert plain == said != other


@pytest.mark.parametrize(
    "change",
    [
        ("at: 0.1", "at: 0.3"),
        ("gain_db: -6", "gain_db: [[0, -6], [0.2, 0]]"),
        ("pan: 0.5", "pan: -0.5"),
        ("fade_in_s: 0.1", "fade_in_s: 0"),
    ],
)
def test_place_and_level_are_the_stems_and_not_the_events(
    project: Space, lowered: Lower, change: tuple[str, str]
) -> None:
    scatter = "scatter: { from: cry, clip: 2, length_s: 0.5 }"
    line = f"      - {{ at: 0.1, {scatter}, gain_db: -6, pan: 0.5, fade_in_s: 0.1 }}\n"
    before = sand(project, lowered, line)
    after = sand(project, lowered, line.replace(*change))
    assert [vars_of(e) for e in events_of(before)] == [vars_of(e) for e in events_of(after)]
    assert before[GRAIN].params != after[GRAIN].params


def vars_of(action: Action) -> tuple[object, ...]:
    return action.target, action.params, action.inputs, action.stream


def test_a_stem_places_events_by_sample_in_the_order_of_their_onsets(
    project: Space, lowered: Lower
) -> None:
    lines = (
        "      - { at: 0.5, id: late, play: { from: cry, clip: 1 } }\n"
        "      - { at: 0.00007, id: soon, play: { from: cry, clip: 2 }, fade_out_s: 0.01 }\n"
    )
    stem = sand(project, lowered, lines)[GRAIN]
    placed = stem.params["events"]
    assert [(one["name"], one["onset"], one["fade_out"]) for one in placed] == [
        ("soon", 1, 80),
        ("late", 4000, 0),
    ]
    assert stem.inputs["event.00000"] == "2-sand/events/grain/soon"


def test_curves_of_an_event_count_from_its_start_and_of_a_part_from_the_movements(
    project: Space, lowered: Lower
) -> None:
    line = "      - { at: 0.5, play: { from: cry, clip: 1 }, gain_db: [[0, -6], [0.1, 0]] }\n"
    stem = sand(project, lowered, line, "pan: [[0, -1], [0.75, 1]]")[GRAIN]
    assert stem.params["pan"] == ((0.0, -1.0), (0.75, 1.0))
    assert stem.params["events"][0]["gain_db"] == ((0.0, -6.0), (0.1, 0.0))


def test_of_several_sounds_an_operation_for_one_takes_one_by_its_own_stream(
    project: Space, lowered: Lower
) -> None:
    line = "      - {{ at: 0, id: {id}, play: {{ from: cry }} }}\n"
    chosen = set()
    for name in "abcdefgh":
        [event] = events_of(sand(project, lowered, line.format(id=name)))
        [clip] = event.inputs.values()
        chosen.add(clip.split("/")[-2])
    assert len(chosen) > 1


def test_a_salad_uses_all_clips(project: Space, lowered: Lower) -> None:
    line = "      - { at: 0, salad: { from: [cry, tones/*], length_s: 0.5 } }\n"
    [event] = events_of(sand(project, lowered, line))
    names = [clip.rpartition("/")[0] for _, clip in sorted(event.inputs.items())]
    takes = [f"clips/piece/takes/cry/{n}" for n in (1, 2, 3)]
    assert names == [*takes, "clips/tones/high", "clips/tones/low"]


def test_a_muted_event_is_left_out_and_no_other_changes(project: Space, lowered: Lower) -> None:
    play = "{ at: 0.1, scatter: { from: cry, length_s: 0.3 }"
    lines = f"      - {play} }}\n      - {play} }}\n"
    _, second = events_of(sand(project, lowered, lines))
    [left] = events_of(sand(project, lowered, lines.replace(" }\n", ", mute: true }\n", 1)))
    assert vars_of(left) == vars_of(second)


def test_another_part_is_used_before_its_pan(project: Space, lowered: Lower) -> None:
    other = "  echo:\n    events:\n      - { at: 0, reverse: { from: { part: grain } } }\n"
    line = "      - { at: 0, play: { from: cry, clip: 1 } }\n"
    plain = sand(project, lowered, line + other)
    assert "2-sand/stems/grain/before-pan" not in plain
    panned = sand(project, lowered, line + other, "pan: 0.5")
    assert panned["2-sand/stems/grain/before-pan"].params["pan"] == 0.0
    [echo] = [a for t, a in panned.items() if t.startswith("2-sand/events/echo/")]
    assert echo.inputs["source.00000"].startswith("clips/2-sand/stems/grain/before-pan/")


def test_the_tempo_reaches_operations_that_ask_for_it(project: Space, lowered: Lower) -> None:
    line = "      - { at: 0, pulse: { from: cry, clip: 1, length_s: 0.5 } }\n"
    [plain] = events_of(sand(project, lowered, line))
    project.edit(PATH, "length: 1\n", "length: 1\ntempo: 90\n")
    [timed] = [a for a in lowered().graph if a.kind is Kind.EVENT and a.target.startswith("2-")]
    assert plain.params != timed.params
    assert plain.target == timed.target


def test_only_the_tempo_under_an_event_reaches_its_key(project: Space, lowered: Lower) -> None:
    def event(tempo: str, at: str = "0") -> dict[str, Any]:
        line = (
            f"      - {{ at: {at}, id: beat, hold: {{ from: cry, every: 1/16, length: 1/4 }} }}\n"
        )
        head = f"movement: sand\nlength: 4\ntempo: {tempo}\nparts:\n  grain:\n"
        project.write(PATH, f"{head}    events:\n{line}")
        action = lowered().graph.actions["2-sand/events/grain/beat"]
        return dict(action.params["chain"][0]["params"])

    plain = event("120")
    assert plain["every"] == {"pace": [[0, 0, 8, 0]]}
    assert plain == event("120", "bar 1.2") == event("[{at: 0, bpm: 120}, {at: 1, bpm: 60}]")
    ramp = event("[{at: 0, bpm: 120, ramp: true}, {at: 2, bpm: 60}]")
    assert ramp["every"] == {"pace": [[0, 0, 8, -2]]}


def test_a_step_that_has_no_length_in_the_meter_is_located(project: Space, lowered: Lower) -> None:
    line = "      - { at: 0, hold: { from: cry, every: 1 beat - 1/4, length: 1/4 } }\n"
    with pytest.raises(ScoreError) as caught:
        sand(project, lowered, line)
    [fault] = caught.value.faults
    assert (fault.where.line, fault.message) == (
        7,
        "parts.grain.events[0].hold: a step must be longer than nothing (is '1 beats - 1/4')",
    )


def test_a_length_in_beats_is_named_as_written_and_has_the_samples_of_its_seconds(
    project: Space, lowered: Lower
) -> None:
    def one(length: str, tempo: int) -> Action:
        line = f"      - {{ at: 0.1, scatter: {{ from: tones/low, {length} }} }}\n"
        head = f"movement: sand\nlength: 1\ntempo: {tempo}\nparts:\n  grain:\n"
        project.write(PATH, f"{head}    events:\n{line}")
        actions = lowered().graph.actions.values()
        return next(a for a in actions if a.target.startswith("2-sand/events"))

    slow, fast = one("length: 1/4", 120), one("length: 1/4", 240)
    assert (slow.target, slow.stream) == (fast.target, fast.stream)
    assert slow.params["chain"][0]["params"]["length_s"] == 0.5
    assert fast.params["chain"][0]["params"]["length_s"] == 0.25
    # A length in seconds is the field in seconds, whatever it is called.
    assert one("length_s: 0.5", 120) == one('length: "0:00.5"', 120) != slow


def test_moving_a_part_to_another_movement_redraws_it(project: Space, lowered: Lower) -> None:
    # Streams are keyed by names, and the movement's is one of them.
    project.write("pieces/tide/1-foam.yaml", SAND.replace("movement: sand", "movement: foam"))
    actions = lowered().graph.actions
    one, two = (actions[f"{slug}/events/grain/last"] for slug in ("1-foam", "2-sand"))
    assert one.params == two.params
    assert one.stream != two.stream
