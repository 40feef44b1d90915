from __future__ import annotations

import pytest

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
                "8:15: parts.waltz.compose[0].at: '2 bars' is a length, not a moment; a moment is "
                'written "bar 3"',
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
def test_every_mistake_of_an_entry_is_said_at_its_place(
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
