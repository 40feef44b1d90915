from __future__ import annotations

import pytest

from approx_build.score.expansion import Written
from approx_build.yaml_source.tables import flow
from tests.score.scores import Project

HEAD = """\
movement: fog
length: "2:00"
meter: 3/8
tempo: 90
takes: { fog: { model: m, count: 12, length_s: 2 }, tone: { model: m, length_s: 9 } }
parts:
"""
WALTZ = """\
  waltz:
    events:
      - { at: 100, id: by-hand, play: { from: fog } }
    compose:
      - { at: bar 2, dice: { measures: { take: fog } } }
"""
NAME = """\
  name:
    compose:
      - { at: 1, padberg: { text: ode, unit: 0.01, from: tone, at_hz: 440, form: fugue } }
"""


def written(project: Project, text: str, part: str = "waltz") -> tuple[Written, ...]:
    project.movement(HEAD + text)
    return tuple(one for one in project.load().movements[0].written if one.part == part)


def test_events_are_added_after_those_by_hand_at_the_place_of_their_generator(
    project: Project,
) -> None:
    project.movement(HEAD + WALTZ)
    movement = project.load().movements[0]
    events = movement.model.parts["waltz"].events
    assert len(events) == 33
    assert [event.id for event in events[:2]] == ["by-hand", movement.written[0].events[0]["id"]]
    for index in (1, 32):
        where = movement.locate(("parts", "waltz", "events", index))
        assert (where.path, where.line, where.column) == ("pieces/tide/1-fog.yaml", 11, 9)
    assert movement.locate(("parts", "waltz", "events", 0)).line == 9


def test_events_pasted_in_place_of_their_generator_are_the_same(project: Project) -> None:
    [one] = written(project, WALTZ)
    generated = project.load().movements[0].model.parts["waltz"].events[1:]
    lines = "".join(f"      - {flow(event)}\n" for event in one.events)
    project.movement(f"{HEAD}  waltz:\n    events:\n{lines}")
    assert project.load().movements[0].model.parts["waltz"].events == generated


@pytest.mark.parametrize(
    "change",
    [
        lambda text: NAME + text,
        lambda text: text + NAME,
        lambda text: text.replace("      - { at: 100", "      - { at: 90, play: { from: fog } }\n"
                                                     "      - { at: 100"),
        lambda text: text.replace("    compose:\n", "    compose:\n      - { at: 60, id: other, "
                                  "dice: { repeats: false, measures: { take: fog } } }\n"),
        lambda text: text.replace("take: fog } }", "take: fog }, crossfade_s: 0.1 }"),
        lambda text: text.replace("bar 2", "bar 9"),
    ],
)  # fmt: skip
def test_nothing_else_throws_the_dice_again(project: Project, change: object) -> None:
    before = written(project, WALTZ)[-1].log
    assert written(project, change(WALTZ))[-1].log == before  # type: ignore[operator]


def test_a_seed_an_id_and_the_seed_of_the_piece_do(project: Project) -> None:
    logs = {written(project, WALTZ)[0].log}
    logs.add(written(project, WALTZ.replace("bar 2", "bar 2, seed: 5"))[0].log)
    logs.add(written(project, WALTZ.replace("bar 2", "bar 2, id: x"))[0].log)
    logs.add(written(project, WALTZ.replace("waltz:", "polka:"), "polka")[0].log)
    project.piece("piece: tide\nseed: 3\nmovements: [tide/1-fog.yaml]\n")
    logs.add(written(project, WALTZ)[0].log)
    assert len(logs) == 5


def test_what_an_entry_says_of_all_its_events_they_have(project: Project) -> None:
    entry = "at: bar 2, mute: true, through: [reverse, { repitch: { semitones: 2 } }]"
    [one] = written(project, WALTZ.replace("at: bar 2", entry))
    assert all(event["mute"] is True for event in one.events)
    assert {flow(event["through"]) for event in one.events} == {
        "[reverse, { repitch: { semitones: 2 } }]"
    }
    [name] = written(project, NAME.replace("at: 1", "at: 1, through: [reverse]"), "name")
    # After those of the generator itself.
    for event in name.events:
        repitch, reverse = event["through"]  # type: ignore[misc]
        assert set(repitch) == {"repitch"}  # type: ignore[arg-type]
        assert reverse == "reverse"


FAULTS = [
    (
        WALTZ.replace("{ take: fog }", "{ take: fgo }"),
        ["11:9: parts.waltz.compose[0] (measures).play.from.take: unknown take 'fgo'; did you "
         "mean 'fog'?"],
    ),
    (
        WALTZ + "      - { at: 60, dice: { measures: { take: fog } } }\n",
        ["12:19: parts.waltz.compose[1].dice: another generator of this part is 'dice'; give it "
         "an id"],
    ),
    (
        WALTZ.replace("bar 2", "bar 100"),
        ["11:24: parts.waltz.compose[0].dice: bar 22, measure 168 begins at 2:00; the movement "
         "ends at 2:00"],
    ),
    (
        WALTZ.replace("bar 2", "bar 2.5"),
        ["11:15: parts.waltz.compose[0].at: 'bar 2.5': a bar of 3/8 has 3 beats"],
    ),
    (
        WALTZ.replace("take: fog }", "take: tone }"),
        ["11:40: parts.waltz.compose[0].dice.measures: gives 1 measures, and two dice choose "
         "among 11; raise the count of the take"],
    ),
    (
        NAME.replace("from: tone", "from: { take: tone, start_s: 9.5 }"),
        ["9:58: parts.name.compose[0].padberg.from: its length is not known; give it a "
         "'length_s'"],
    ),
    (
        NAME.replace("unit: 0.01", "unit: 10000"),
        ["9:18: parts.name.compose[0].padberg: voice 1, subject, note 2 (d) begins at 166:41; the "
         "movement ends at 2:00"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "faults"), FAULTS)
def test_what_a_generator_cannot_write_is_reported_at_its_place(
    project: Project, text: str, faults: list[str]
) -> None:
    project.movement(HEAD + text)
    found = project.faults()
    assert found == [f"1-fog.yaml:{fault}" for fault in faults]


def test_an_id_by_hand_may_not_be_that_of_a_generated_event(project: Project) -> None:
    [one] = written(project, WALTZ)
    name = one.events[4]["id"]
    project.movement(HEAD + WALTZ.replace("by-hand", str(name)))
    assert project.faults() == [
        f"1-fog.yaml:11:9: parts.waltz.compose[0] ({one.labels[4]}).id: another event of this part "
        f"is '{name}', on line 9"
    ]


def test_one_generator_writes_no_more_events_than_a_part_has(project: Project) -> None:
    long = NAME.replace("ode", "a" * 1000).replace("0.01", "0.004").replace("tone", "short")
    text = long.replace("fugue", "fugue, longest: 1, sections: 9")
    head = HEAD.replace("takes: {", "takes: { short: { model: m, length_s: 1 },")
    project.movement(head + text)
    [fault] = project.faults()
    assert fault.endswith("writes more than 10,000 events; a part has room for no more")


def test_generated_events_count_among_those_of_the_piece(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("approx_build.score.amounts.MOST_EVENTS", 50)
    project.movement(HEAD + WALTZ + WALTZ.replace("waltz:", "polka:"))
    assert project.faults() == [
        "1-fog.yaml:16:28: parts.polka.compose[0].dice: with these the piece has 51 events; at "
        "most 50 are possible"
    ]


def test_where_the_tempo_is_wrong_nothing_is_written_and_nothing_else_is_reported(
    project: Project,
) -> None:
    project.movement(HEAD.replace("tempo: 90", "tempo: fast") + WALTZ)
    [fault] = project.faults()
    assert fault.startswith("1-fog.yaml:4:8: tempo: ")


def test_a_piece_has_no_more_generators_than_can_be_read_in_seconds(project: Project) -> None:
    entry = "      - { at: 0, id: a, dice: { measures: { take: fog } } }\n"
    project.movement(f"{HEAD}  waltz:\n    compose:\n{entry * 201}")
    assert project.faults() == [
        "1-fog.yaml:9:7: parts.waltz.compose: with these the piece has 201 generators; at most 200 "
        "are possible"
    ]
