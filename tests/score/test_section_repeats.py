"""Sections that return: where their events are, what varies, and what no repetition changes."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from approx_build.score.event import Event
from tests.score.scores import Project

HEAD = """\
movement: a
length: 24 bars
tempo: [{at: 0, bpm: 120}, {at: bar 9, bpm: 60}]
sections: {A: bar 1, B: bar 5, C: bar 9}
takes: {t: {model: m, length_s: 1}}
"""
VOICE = """\
parts:
  voice:
    events:
      - {at: A, id: call, play: {from: t}, gain_db: -3}
      - {after: call + 1/8, id: reply, play: {from: t}, pan: [[0, -0.5], [1, 0.95]]}
      - {at: bar 2.3, until: bar 3, hold: {from: t, rate_hz: 4}}
      - {at: bar 6, id: later, play: {from: t}}
"""


def written(project: Project, repeats: str, voice: str = VOICE) -> dict[str, tuple[float, Event]]:
    """The copies that repeats write, by id: when each begins, and the event."""
    project.movement(f"{HEAD}repeats:\n{repeats}{voice}")
    [movement] = project.load().movements
    own = {"call", "reply", "later", None}
    events = [event for part in movement.model.parts.values() for event in part.events]
    return {
        str(event.id): (float(movement.onset(event)), event)
        for event in events
        if event.id not in own
    }


def test_the_events_of_a_section_return_with_ids_of_their_own(project: Project) -> None:
    found = written(project, "  - {section: A, at: [B, bar 17.2]}\n")
    names = [name for name in found if name.startswith(("call", "reply"))]
    assert names == ["call-b", "reply-b", "call-bar-17-2", "reply-bar-17-2"]
    [hold] = [name for name in found if name.endswith("-b") and name not in names]
    # At 120 a bar lasts 2 s; the hold begins 3 s after the section.
    assert [found[name][0] for name in ("call-b", "reply-b", hold)] == [8, 9.25, 11]
    assert "later-b" not in found


def test_distances_follow_the_tempo_of_where_the_section_returns(project: Project) -> None:
    found = written(project, "  - {section: A, at: [C]}\n")
    hold = next(one for name, one in found.items() if name[:4] not in ("call", "repl"))
    # At 60: 6 quarters are 6 s, up to the bar line 2 s more; an eighth after the end of a call.
    assert [found[name][0] for name in ("call-c", "reply-c")] == [16, 17.5]
    assert (hold[0], hold[1].op.model_dump()["length_s"]) == (22, 2)


def test_without_variation_only_times_and_random_numbers_differ(project: Project) -> None:
    found = written(project, "  - {section: A, at: [B]}\n")
    assert found["call-b"][1].gain_db.values == (-3,)
    assert found["reply-b"][1].pan.values == (-0.5, 0.95)


def test_variations_are_small_differences_of_each_event(project: Project) -> None:
    varied = "varied: {gain_db: 2, pan: 0.1, onset: 1/16}"
    found = written(project, f"  - {{section: A, at: [B, C + 1 bar], {varied}}}\n")
    gains = [found[name][1].gain_db.values[0] + 3 for name in ("call-b", "call-c-1-bars")]
    assert all(0 < abs(gain) <= 2 for gain in gains)
    assert gains[0] != gains[1]
    low, high = found["reply-b"][1].pan.values
    assert 0 < abs(low + 0.5) <= 0.1
    assert high == min(round(low + 1.45, 3), 1)
    assert 0 < abs(found["call-b"][0] - 8) <= 0.125
    # A reply follows the end of its own call.
    assert found["reply-b"][0] == pytest.approx(found["call-b"][0] + 1.25, abs=1e-9)


def test_what_begins_after_a_dropped_event_is_dropped_too(project: Project) -> None:
    moments = ", ".join(f"bar {bar}" for bar in range(10, 20))
    found = written(project, f"  - {{section: A, at: [{moments}], varied: {{drop: 0.5}}}}\n")
    calls, replies = (
        {name.split("-", 1)[1] for name in found if name.startswith(word)}
        for word in ("call", "reply")
    )
    assert 0 < len(calls) < 10
    assert replies < calls


@given(st.lists(st.integers(5, 19), min_size=1, max_size=4, unique=True), st.integers(20, 21))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_more_repetition_changes_no_other(project: Project, bars: list[int], more: int) -> None:
    varied = "varied: {gain_db: 3, onset: 1/8, drop: 0.3}"

    def of(moments: list[int]) -> dict[str, tuple[float, Event]]:
        at = ", ".join(f"bar {bar}" for bar in moments)
        return written(project, f"  - {{section: A, at: [{at}], {varied}}}\n")

    before, after = of(bars), of([more, *bars])
    assert {name: after[name] for name in before} == before
    assert all(name.endswith(f"-bar-{more}") for name in after.keys() - before.keys())


def test_a_seed_draws_other_differences(project: Project) -> None:
    gains = [
        written(project, f"  - {{section: A, at: [B], varied: {{gain_db: 3}}{seed}}}\n")["call-b"]
        for seed in ("", ", seed: 1", ", seed: 2")
    ]
    assert len({event.gain_db.values for _, event in gains}) == 3


def test_only_the_parts_that_are_named_return(project: Project) -> None:
    both = VOICE + "  bass: {events: [{at: A + 1 bar, id: low, play: {from: t}}]}\n"
    found = written(project, "  - {section: A, at: [B], parts: [bass]}\n", both)
    assert [(name, at) for name, (at, _) in found.items() if "-" in name] == [("low-b", 10)]


def test_choices_are_made_for_each_repetition(project: Project) -> None:
    voice = VOICE.replace("rate_hz: 4", "rate_hz: {choose: [1, 2, 3, 4, 5, 6, 7, 8]}")
    moments = ", ".join(f"bar {bar}" for bar in range(5, 15))
    found = written(project, f"  - {{section: A, at: [{moments}]}}\n", voice)
    rates = {event.op.model_dump().get("rate_hz") for _, event in found.values()} - {None}
    assert len(rates) > 2


def test_other_events_can_begin_after_a_copy(project: Project) -> None:
    voice = VOICE + "      - {after: reply-b, id: coda, play: {from: t}}\n"
    found = written(project, "  - {section: A, at: [B]}\n", voice)
    assert found["coda"][0] == 10.25


def test_a_long_row_of_events_returns(project: Project) -> None:
    row = "".join(
        f"      - {{after: e{n}, id: e{n + 1}, play: {{from: u}}}}\n" for n in range(1500)
    )
    voice = f"parts:\n  voice:\n    events:\n      - {{at: A, id: e0, play: {{from: u}}}}\n{row}"
    project.movement(
        HEAD.replace("takes: {", "takes: {u: {model: m, length_s: 0.001}, ")
        + "repeats: [{section: A, at: [C], varied: {drop: 0.0001}}]\n"
        + voice
    )
    [part] = project.load().movements[0].model.parts.values()
    assert len(part.events) > 301


def test_a_fault_of_a_copy_is_located_at_the_event_that_is_written(project: Project) -> None:
    project.movement(f"{HEAD}repeats: [{{section: A, at: [bar 24]}}]\n{VOICE}")
    faults = project.faults()
    assert faults
    assert all("parts.voice.events[" in fault for fault in faults)
    assert any("12:" in fault and "(repeated at bar 24)" in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("repeats", "fault"),
    [
        ("{section: D, at: [B]}", "6:21: repeats[0].section: there is no section 'D'; there are"),
        ("{section: A, at: [D]}", "6:29: repeats[0].at[0]: there is no section 'D'; there are A"),
        ("{section: A, at: [bar 9.7]}", "repeats[0].at[0]: 'bar 9.7': a bar of 4/4 has 4 beats"),
        ("{section: C, at: [B]}", "no event begins in section C (events of generators are not"),
        ("{section: A, at: [B], parts: [voise]}", "there is no part 'voise'; did you mean 'voice'"),
        ("{section: A}", "repeats[0]: missing field 'at'"),
        ("{section: A, at: [], varied: {gain: 3}}", "unknown field; did you mean 'gain_db'?"),
        ("{section: A, at: [B], varied: {drop: 2}}", "varied.drop: must be at most 1 (is 2)"),
        ("{section: A, at: [B, B]}", "call-b"),
    ],
)
def test_a_repeat_that_makes_no_sense_is_a_fault(
    project: Project, repeats: str, fault: str
) -> None:
    project.movement(f"{HEAD}repeats: [{repeats}]\n{VOICE}")
    assert any(fault in found for found in project.faults()), project.faults()


def test_an_event_after_one_of_a_part_that_does_not_return_is_a_fault(project: Project) -> None:
    both = VOICE + "  bass: {events: [{after: voice/call, play: {from: t}}]}\n"
    project.movement(f"{HEAD}repeats: [{{section: A, at: [B], parts: [bass]}}]\n{both}")
    [fault] = project.faults()
    assert "bass.events[0].after: begins after an event of a part that is not repeated" in fault


def test_too_many_copies_are_refused_before_they_are_made(project: Project) -> None:
    moments = ", ".join(f"{n / 100}" for n in range(1000))
    events = "".join(f"      - {{at: {n / 100}, play: {{from: t}}}}\n" for n in range(300))
    entry = f"{{section: A, at: [{moments}]}}"
    project.movement(
        f"{HEAD}repeats: [{', '.join([entry] * 3)}]\nparts:\n  v:\n    events:\n{events}"
    )
    assert any("events; at most 20,000 are possible" in fault for fault in project.faults())


@pytest.mark.parametrize("parts", ["3", "[1]", "{a: 3}", "{a: {events: {b: {at: 0}}}}"])
def test_parts_of_another_form_are_left_to_their_own_faults(project: Project, parts: str) -> None:
    project.movement(f"{HEAD}repeats: [{{section: A, at: [B]}}]\nparts: {parts}\n")
    assert project.faults()


def test_a_copy_keeps_its_onset_to_the_sample(project: Project) -> None:
    found = written(project, "  - {section: A, at: [bar 9.2+1/3]}\n")
    onset = next(one[0] for name, one in found.items() if name.startswith("call"))
    assert abs(Fraction(onset) - (16 + Fraction(4, 3))) < Fraction(1, 10**8)
