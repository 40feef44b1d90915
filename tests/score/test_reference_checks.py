from __future__ import annotations

import pytest

from tests.score.scores import PIECE, Project

HEAD = "movement: a\nlength: 10\n"


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (
            "takes: {fog: {model: m, length_s: 1}}\n"
            "parts: {p: {events: [{at: 0, play: {from: fgo}}]}}",
            ["4:43: parts.p.events[0].play.from: unknown take 'fgo'; did you mean 'fog'?"],
        ),
        (
            "takes: {fog: {model: m, length_s: 1}}\n"
            "parts: {p: {events: [{at: 0, play: {from: [fog, {take: haze}]}}]}}",
            ["4:56: parts.p.events[0].play.from[1].take: unknown take 'haze'; there are: fog"],
        ),
        (
            "parts: {p: {events: [{at: 0, play: {from: q}}]}, q: {}}",
            ["3:43: parts.p.events[0].play.from: unknown take 'q'; a part is written { part: q }"],
        ),
        (
            "takes: {fog: {model: m, length_s: 1, count: 12}}\n"
            "parts: {p: {events: [{at: 0, play: {from: fog, clip: 13}}]}}",
            ["4:43: parts.p.events[0].play.from: take 'fog' has 12 clips (clip is 13)"],
        ),
        (
            "takes: {fog: {model: m, length_s: 1}}\n"
            "parts: {p: {events: [{at: 0, play: {from: {take: fog, clip: 2}}}]}}",
            ["4:50: parts.p.events[0].play.from.take: take 'fog' has one clip (clip is 2)"],
        ),
        (
            "parts: {foam: {events: [{at: 0, play: {from: {part: foan}}}]}}",
            ["3:53: parts.foam.events[0].play.from.part: unknown part 'foan'; did you mean"],
        ),
        (
            "parts:\n  a: {events: [{at: 0, play: {from: {part: b}}}]}\n"
            "  b: {events: [{at: 0, play: {from: {part: a}}}]}",
            [
                "4:44: parts.a.events[0].play.from.part: parts use each other in a circle: a → b",
            ],
        ),
        (
            "parts: {a: {events: [{at: 0, play: {from: {part: a}}}]}}",
            ["3:50: parts.a.events[0].play.from.part: parts use each other in a circle: a → a"],
        ),
        (
            "takes:\n  a: {model: m, length_s: 1, prime: {take: b}}\n"
            "  b: {model: m, length_s: 1, prime: {take: a}}",
            ["4:44: takes.a.prime.take: takes depend on each other in a circle: a → b → a"],
        ),
        (
            "takes: {abc: {model: m, length_s: 1, prime: {take: abd}}}",
            ["3:52: takes.abc.prime.take: unknown take 'abd'; did you mean 'abc'?"],
        ),
        (
            "takes: {a: {model: m, length_s: 1}, "
            "b: {model: m, length_s: 1, prime: {take: a, clip: 2}}}",
            ["3:87: takes.b.prime.clip: take 'a' has one clip (is 2)"],
        ),
        (
            "parts: {p: {events: [{at: 0, id: x, play: {from: a/b}}, "
            "{at: 1, id: x, play: {from: a/b}}]}}",
            ["3:69: parts.p.events[1].id: another event of this part is 'x'"],
        ),
        (
            "parts: {p: {events: [{at: 0, play: {from: {file: x.wav}}}]}}",
            ["3:50: parts.p.events[0].play.from.file: there is no file 'x.wav' beside this score"],
        ),
        (
            "parts: {p: {events: [{at: 0, play: {from: {file: ../../../x.wav}}}]}}",
            ["3:50: parts.p.events[0].play.from.file: is outside the project"],
        ),
        (
            "parts: {p: {events: [{at: 0, play: {from: {file: ..}}}]}}",
            ["3:50: parts.p.events[0].play.from.file: '..' is a folder; name a sound file"],
        ),
    ],
)
def test_names_that_nothing_has_are_located(project: Project, text: str, faults: list[str]) -> None:
    project.movement(f"{HEAD}{text}\n")
    found = project.faults()
    assert len(found) == len(faults)
    for line, expected in zip(found, faults, strict=True):
        assert line.startswith(f"1-fog.yaml:{expected}")


def test_paths_the_system_cannot_follow_are_faults(project: Project) -> None:
    (project.root / "pieces/tide/loop.wav").symlink_to("loop.wav")
    for path in ("loop.wav", "x" * 900):
        project.movement(
            f"{HEAD}parts: {{p: {{events: [{{at: 0, play: {{from: {{file: {path}}}}}}}]}}}}"
        )
        [fault] = project.faults()
        assert f"there is no file '{path}'" in fault
    (project.root / "pieces/loop.yaml").symlink_to("loop.yaml")
    project.piece(f"piece: a\nmovements: [loop.yaml, {'x' * 9000}]\n")
    assert [line.split(": ")[1] for line in project.faults()] == ["movements[0]", "movements[1]"]


def test_a_take_of_the_movement_may_not_hide_one_of_the_piece(project: Project) -> None:
    project.piece(PIECE + "takes: {fog: {model: m, length_s: 1}}\n")
    project.movement(HEAD + "takes: {fog: {model: m, length_s: 1}}\n")
    assert project.faults() == [
        "1-fog.yaml:3:9: takes.fog: the piece has a take of this name; rename one"
    ]


def test_a_take_may_be_primed_with_one_of_the_piece(project: Project) -> None:
    project.piece(PIECE + "takes: {fog: {model: m, length_s: 1}}\n")
    project.movement(HEAD + "takes: {haze: {model: m, length_s: 1, prime: {take: fog}}}\n")
    assert project.load().movements[0].takes["haze"].prime is not None


def test_a_file_beside_the_score_is_found(project: Project) -> None:
    project.write("pieces/tide/x.wav", "")
    project.movement(HEAD + "parts: {p: {events: [{at: 0, play: {from: {file: x.wav}}}]}}\n")
    assert project.load().movements


def test_a_take_with_a_fault_is_not_called_unknown(project: Project) -> None:
    project.movement(
        HEAD + "takes: {fog: {model: m}}\nparts: {p: {events: [{at: 0, play: {from: fog}}]}}\n"
    )
    assert project.faults() == ["1-fog.yaml:3:14: takes.fog: missing field 'length_s'"]
