from __future__ import annotations

import pytest

from approx_build.metric.time import moment
from approx_build.score.composition import Composition
from approx_build.score.generators.dice import Dice
from approx_build.score.generators.padberg import Padberg
from tests.score.scores import Project

HEAD = """\
movement: fog
length: "2:00"
meter: 3/8
takes: { fog: { model: m, count: 12, length_s: 2 } }
parts:
  waltz:
    compose:
"""
DICE = "dice: { measures: { take: fog } }"


def written(*entries: str) -> str:
    return HEAD + "".join(f"      - {{ {entry} }}\n" for entry in entries)


@pytest.mark.parametrize(
    ("entry", "faults"),
    [
        (
            f"at: 0, {DICE}, dcie: {{}}",
            ["8:53: parts.waltz.compose[0].dcie: unknown field; did you mean 'dice'?"],
        ),
        ("at: 0", ["8:9: parts.waltz.compose[0]: needs a generator, one of: dice, padberg"]),
        (
            f"at: 0, {DICE}, padberg: {{}}",
            ["8:53: parts.waltz.compose[0].padberg: an entry has one generator, and 'dice' is "
             "another"],
        ),
        (DICE, ["8:9: parts.waltz.compose[0]: missing field 'at'"]),
        (
            "at: 2 bars, dice: { throws: [13, [0, 3]] }",
            [
                "8:15: parts.waltz.compose[0].at: '2 bars' is a length, not a moment; "
                'write "bar 3" for the time after 2 bars, or "bar 2"',
                "8:29: parts.waltz.compose[0].dice: missing field 'measures'",
                "8:40: parts.waltz.compose[0].dice.throws[0]: two dice show a sum from 2 to 12, or "
                "as in [3, 4] two numbers from 1 to 6 (is 13)",
                "8:44: parts.waltz.compose[0].dice.throws[1]: two dice show a sum from 2 to 12, or "
                "as in [3, 4] two numbers from 1 to 6 (is [0, 3])",
            ],
        ),
        (
            f"at: 0, {DICE}, through: [hald]",
            ["8:63: parts.waltz.compose[0].through[0]: unknown operation 'hald'; did you mean "
             "'hold'?"],
        ),
        (
            f"at: 0, id: {'a' * 33}, {DICE}",
            ["8:22: parts.waltz.compose[0].id: must have at most 32 characters (is "
             f"'{'a' * 33}')"],
        ),
        (
            "at: 0, padberg: { text: '2001', from: fog, at_hz: 440 }",
            ["8:35: parts.waltz.compose[0].padberg.text: has no letters a–z to play (is '2001')"],
        ),
        (
            "at: 0, padberg: { text: 'Жар', frm: fog, at_hz: 4 }",
            [
                "8:35: parts.waltz.compose[0].padberg.text: has letters without a pitch ('ж', 'а', "
                "'р'); write it in letters a–z",
                "8:42: parts.waltz.compose[0].padberg.frm: unknown field; did you mean 'from'?",
                "8:59: parts.waltz.compose[0].padberg.at_hz: must be at least 20 (is 4)",
            ],
        ),
    ],
)  # fmt: skip
def test_every_mistake_of_an_entry_is_reported_at_its_place(
    project: Project, entry: str, faults: list[str]
) -> None:
    project.movement(written(entry))
    found = project.faults()
    assert found == [f"1-fog.yaml:{fault}" for fault in faults]


def test_an_entry_is_no_text(project: Project) -> None:
    project.movement(HEAD + "      - dice\n")
    assert project.faults() == [
        "1-fog.yaml:8:9: parts.waltz.compose[0]: needs named fields, is 'dice'"
    ]


def test_its_identity_is_its_id_or_its_generator(project: Project) -> None:
    project.movement(written(f"at: 0, {DICE}", f"at: 60, id: late, {DICE}"))
    part = project.load().movements[0].model.parts["waltz"]
    assert [entry.identity for entry in part.compose] == ["dice", "late"]


IN_TIME = """\
movement: fog
length: "2:00"
meter: 3/8
tempo: [{ at: 0, bpm: 60, ramp: true }, { at: bar 9, bpm: 120 }]
sections: { B: bar 9 }
takes: { fog: { model: m, count: 12, length_s: 2 } }
parts:
  waltz:
    compose:
"""


def composed(project: Project, entry: str) -> Composition:
    project.movement(f"{IN_TIME}      - {{ {entry} }}\n")
    [found] = project.load().movements[0].model.parts["waltz"].compose
    return found


def test_lengths_of_a_generator_are_counted_from_where_it_begins(project: Project) -> None:
    fields = "gap: 1/16, crossfade: 1/32, bar: 3 beats, repeats: false"
    early = composed(project, f"at: 0, dice: {{ measures: {{ take: fog }}, {fields} }}").generator
    late = composed(project, f"at: B, dice: {{ measures: {{ take: fog }}, {fields} }}").generator
    assert isinstance(early, Dice)
    assert isinstance(late, Dice)
    assert (late.gap_s, late.crossfade_s, late.bar_s) == (0.125, 0.0625, 0.75)
    assert early.bar_s is not None
    # Quarters q after the start of the accelerando 60 → 120 over 12 quarters, which takes 8 s.
    assert early.bar_s == pytest.approx((-60 + (60**2 + 2 * 7.5 * 1.5 * 60) ** 0.5) / 7.5)


def test_lengths_in_the_fields_of_a_generator_are_read_too(project: Project) -> None:
    found = composed(
        project,
        "at: B, dice: { measures: { take: fog }, endings: { last: { take: fog, length: 1/4 } } }",
    ).generator
    assert isinstance(found, Dice)
    assert found.endings is not None
    assert found.endings.last is not None
    assert found.endings.last.length_s == 0.5
    found = composed(
        project,
        "at: B, padberg: { text: ab, unit: 1/64 + 1/64, entry: 1 beat, fade_in: 1/128, at_hz: 440, "
        "from: { take: fog, clip: 1, start: 1/16, length: 1/4 } }",
    ).generator
    assert isinstance(found, Padberg)
    assert (found.sound.start_s, found.sound.length_s, found.fade_in_s) == (0.125, 0.5, 0.015625)


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ("gap: bar 2", "dice.gap: 'bar 2' is a moment, not a length"),
        ("gap: 1/8, gap_s: 1", "dice.gap: 'gap' and 'gap_s' are given; give one of them"),
        ("bar: 1000 bars", "dice.bar: must be at most 600 (is 750"),
        ("endings: { last: { take: fog, length: 1/7 } }", "dice.endings.last.length: 1/7 is no"),
    ],
)
def test_a_length_that_is_none_is_reported_where_it_is_written(
    project: Project, fields: str, fault: str
) -> None:
    project.movement(
        f"{IN_TIME}      - {{ at: B, dice: {{ measures: {{ take: fog }}, {fields} }} }}\n"
    )
    [found] = project.faults()
    assert fault in found


def test_a_unit_of_several_lengths_is_multiplied_as_a_whole(project: Project) -> None:
    sound = "form: subject, at_hz: 440, from: { take: fog, clip: 1 }"

    def onsets(unit: str) -> list[object]:
        composed(project, f"at: B, padberg: {{ text: abba, unit: {unit}, {sound} }}")
        movement = project.load().movements[0]
        return [movement.onset(event) for event in movement.model.parts["waltz"].events]

    assert onsets("1/64 + 1/64") == onsets("1/32")


def test_a_game_that_begins_beside_a_bar_line_stays_beside_it(project: Project) -> None:
    composed(project, "at: bar 9 + 1/8, dice: { measures: { take: fog }, repeats: false }")
    movement = project.load().movements[0]
    onsets = [movement.onset(event) for event in movement.model.parts["waltz"].events]
    assert onsets[0] == movement.tempo.seconds(moment("bar 9.2"))
    assert onsets[1] == movement.tempo.seconds(moment("bar 10.2"))
