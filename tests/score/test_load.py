from __future__ import annotations

from pathlib import Path

import pytest

from approx_build.errors import ApproxError, ScoreError
from approx_build.files.links import confine_links
from tests.effort import cpu_s
from tests.score.scores import PIECE, Project, loaded

SILENT = "movement: a\nlength: 10\n"


def test_a_piece_and_its_movements_are_loaded(project: Project) -> None:
    project.movement(
        "movement: fog\nlength: 8 bars\ntempo: 120\ntakes: {t: {model: m, length_s: 1}}\n"
    )
    project.piece(PIECE + "takes: {s: {model: m, length_s: 1}}\nseed: 7\noutput: {rate: 48000}\n")
    score = project.load()
    assert (score.slug, score.path, score.root) == ("tide", "pieces/tide.yaml", project.root)
    assert (score.piece.seed, score.piece.output.rate, score.piece.gap_s) == (7, 48_000, 2.0)
    [movement] = score.movements
    assert (movement.number, movement.slug) == (1, "1-fog")
    assert movement.path == "pieces/tide/1-fog.yaml"
    assert movement.length == 16
    assert set(movement.takes) == {"s", "t"}


def test_every_value_has_a_position(project: Project) -> None:
    project.movement("movement: fog\nlength: 10\n")
    score = project.load()
    assert str(score.locate(0, ("length",))) == "pieces/tide/1-fog.yaml:2:9"
    assert str(score.locate(None, ("movements", 0))) == "pieces/tide.yaml:2:13"
    assert str(score.movements[0].locate(("length",), key=True)) == "pieces/tide/1-fog.yaml:2:1"


def test_the_project_is_found_from_any_folder(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.movement(SILENT)
    monkeypatch.chdir(project.root / "pieces")
    assert loaded(Path("tide.yaml")).path == "pieces/tide.yaml"
    assert loaded(Path("../pieces/tide.yaml"), root=Path("..")).path == "pieces/tide.yaml"


def test_all_faults_of_all_files_come_in_one_run(project: Project) -> None:
    project.piece(
        "piece: tide\nseed: -1\nzeed: 2\ntakes: {s: {model: m, length_s: 0}}\n"
        "movements: [tide/1-fog.yaml, tide/2.yaml, tide/none.yaml, tide/3.yaml]\n"
    )
    project.movement(
        "movement: a\nlength: 10\nlength: 11\ntakes: {t: {model: m}}\n"
        "parts:\n  p:\n    pan: 4\n    events:\n"
        "      - {at: 1, play: {from: t}}\n      - {at: 1, hald: {from: t}}\n"
        "      - {at: 1, play: {from: s}}\n      - {at: 1, play: {from: u}}\n"
        "      - {at: 99, play: {from: t}}\ncues: [{at: 99, text: x}, {text: y}]\n"
    )
    project.write("pieces/tide/2.yaml", "movement: b\nlength: [\n")
    project.write("pieces/tide/3.yaml", "movement: b\nlength: 3\nparts: {p: {gain: 0}}\n")
    assert project.faults() == [
        "tide.yaml:2:7: seed: must be at least 0 (is -1)",
        "tide.yaml:3:1: zeed: unknown field; did you mean 'seed'?",
        "tide.yaml:4:33: takes.s.length_s: must be at least 0.001 (is 0)",
        "tide.yaml:5:43: movements[2]: pieces/tide/none.yaml: there is no such file",
        "1-fog.yaml:3:1: length: written twice; first on line 2",
        "1-fog.yaml:4:12: takes.t: missing field 'length_s'",
        "1-fog.yaml:7:10: parts.p.pan: must lie from -1 to 1 (is 4)",
        "1-fog.yaml:10:17: parts.p.events[1].hald: unknown operation 'hald'; did you mean 'hold'?",
        "1-fog.yaml:12:30: parts.p.events[3].play.from: unknown take 'u'; there are: s, t",
        "1-fog.yaml:13:14: parts.p.events[4].at: begins at 1:39; the movement ends at 0:10",
        "1-fog.yaml:14:13: cues[0].at: 1:39 is after the movement's end (0:10)",
        "1-fog.yaml:14:27: cues[1]: missing field 'at'",
        "2.yaml:3:1: expected a value here",
        "3.yaml:3:13: parts.p.gain: unknown field; did you mean 'gain_db'?",
    ]


def test_a_piece_without_title_still_checks_its_movements(project: Project) -> None:
    project.piece("movements: [tide/1-fog.yaml]\n")
    project.movement("movement: a\n")
    assert project.faults() == [
        "tide.yaml:1:1: missing field 'piece'",
        "1-fog.yaml:1:1: missing field 'length'",
    ]


@pytest.mark.parametrize(
    ("movements", "fault"),
    [
        ("[]", "needs at least 1 of these (has 0)"),
        ("x.yaml", "needs a list, is 'x.yaml'"),
        ("[tide]", "pieces/tide: is a folder; name a file"),
        ("[../../x.yaml]", "is outside the project"),
        ("[/etc/passwd]", "must be relative to this file's folder (is '/etc/passwd')"),
        ("[none.yaml]", "pieces/none.yaml: there is no such file"),
        (
            "[tide/1-fog.yaml, tide/1-fog.yaml]",
            "gives the name '1-fog' as 'tide/1-fog.yaml' does; rename",
        ),
        (
            "[tide/1-fog.yaml, 1-FOG.yaml]",
            "gives the name '1-fog' as 'tide/1-fog.yaml' does; rename one file",
        ),
        ("[—.yaml]", "needs a file name with letters or digits"),
        ("[3]", "needs text, is 3"),
    ],
)
def test_movements_that_cannot_be_are_located(project: Project, movements: str, fault: str) -> None:
    project.movement(SILENT)
    project.piece(f"piece: tide\nmovements:\n  {movements}\n")
    [found] = project.faults()
    assert found.startswith("tide.yaml:3:")
    assert fault in found


def test_a_movement_outside_through_a_link_is_refused(project: Project, tmp_path: Path) -> None:
    outside = tmp_path.parent / "outside.yaml"
    outside.write_text(SILENT)
    (project.root / "pieces" / "tide" / "1-fog.yaml").symlink_to(outside)
    confine_links(project.root)
    assert "is outside the project" in project.faults()[0]


def test_pieces_and_movements_are_reported_apart(project: Project) -> None:
    project.movement(PIECE)
    assert project.faults() == [
        "1-fog.yaml:1:1: piece: this is a piece, where a movement is needed"
    ]
    project.movement(SILENT)
    with pytest.raises(ScoreError, match="this is a movement; give the piece"):
        loaded(project.root / "pieces/tide/1-fog.yaml")


def test_a_piece_that_cannot_be_read_gives_the_reason(project: Project) -> None:
    with pytest.raises(ApproxError, match=r"^pieces/none\.yaml: there is no such file$"):
        loaded(project.root / "pieces/none.yaml")
    with pytest.raises(ApproxError, match=r"^pieces: is a folder; name a file$"):
        loaded(project.root / "pieces")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "1:1: the file is empty"),
        ("[]", "1:1: needs named fields, is a list of 0"),
        ("a\tb: 1\n\tc: 2", "2:1: a tab is used for indentation; use spaces"),
        (SILENT + "score: 2", "3:8: score: must be 1 (is 2)"),
        ("movement: a\nlength: 0\n", "2:9: length: must be greater than 0"),
        ("movement: a\nlength: -1\n", "2:9: length: must not be negative (is -1)"),
        ("movement: a\nlength: '25:00:00'\n", "2:9: length: is longer than a day ('25:00:00')"),
        ("movement: a\nlength: bar 3\n", "2:9: length: 'bar 3' is a moment, not a length"),
        (
            "movement: a\nlength: 100000 bars\ntempo: 1",
            "2:9: length: '100000 bars' is more than a day at this tempo",
        ),
        (SILENT + "parts: {Foo: {}}", "3:9: parts.Foo: names are made of a–z"),
        (SILENT + "cues: [{at: 1}]", "3:8: cues[0]: missing field 'text'"),
        (SILENT + "cues: [{at: 1, text: ''}]", "3:22: cues[0].text: must not be empty"),
        (SILENT + "cues: [{at: 1, four: x, text: y}]", "3:16: cues[0].four: unknown field; did"),
        (SILENT + "expect: [{}]", "3:10: expect[0]: needs one of 'silence', 'sound' and"),
        (
            SILENT + "expect: [{peak_dbfs_below: -3, below_dbfs: -90}]",
            "3:10: expect[0]: 'below_dbfs' belongs to 'silence'",
        ),
        (
            SILENT + "expect: [{silence: [1, 2], above_dbfs: -90}]",
            "3:10: expect[0]: 'above_dbfs' belongs to 'sound'",
        ),
        (
            SILENT + "expect: [{silence: [1, 2], sound: [2, 3]}]",
            "3:10: expect[0]: needs one of 'silence', 'sound' and 'peak_dbfs_below'",
        ),
        (SILENT + "expect: [{sound: [3, 2]}]", "3:22: expect[0].sound[1]: must be after 0:03"),
        (SILENT + "expect: [{silence: [1]}]", "3:20: expect[0].silence: needs at least 2 of these"),
        (SILENT + "expect: [{silence: [3, 2]}]", "3:24: expect[0].silence[1]: must be after 0:03"),
        (SILENT + "expect: [{silence: [3, 12]}]", "3:24: expect[0].silence[1]: 0:12 is after the"),
        (SILENT + "expect: [{peak_dbfs_below: 3}]", "3:28: expect[0].peak_dbfs_below: must be at"),
    ],
)
def test_movements_that_make_no_sense_are_located(project: Project, text: str, fault: str) -> None:
    project.movement(text)
    assert project.faults()[0].startswith(f"1-fog.yaml:{fault}")


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ("output: {true_peak_dbtp: 1}", "3:26: output.true_peak_dbtp: must be at most 0 (is 1)"),
        ("output: {rate: 10}", "3:16: output.rate: must be at least 8000 (is 10)"),
        ("output: {channels: 8}", "3:20: output.channels: must be 2 (is 8)"),
        ("output: {dither: yes}", "3:18: output.dither: must be one of tpdf, none (is 'yes')"),
        ("gap_s: -1", "3:8: gap_s: must be at least 0 (is -1)"),
        ("year: MMXXIII", "3:7: year: needs a whole number, is 'MMXXIII'"),
        ("players: Ann", "3:10: players: needs a list, is 'Ann'"),
        (
            "takes: {a: {model: m, length_s: 1, prime: {take: b}}}",
            "3:50: takes.a.prime.take: unknown take 'b'; there are: a",
        ),
    ],
)
def test_pieces_that_make_no_sense_are_located(project: Project, fields: str, fault: str) -> None:
    project.movement(SILENT)
    project.piece(PIECE + fields)
    assert project.faults()[0].startswith(f"tide.yaml:{fault}")


def test_anchors_and_merge_keys_make_templates(project: Project) -> None:
    project.movement(
        "movement: a\nlength: 10\nparts:\n  p: &voice\n    pan: -0.5\n    events:\n"
        "      - &hit {at: 1, play: {from: a/b}}\n      - {<<: *hit, at: 2}\n"
        "  q: {<<: *voice, pan: 0.5}\n"
    )
    parts = project.load().movements[0].model.parts
    assert [str(event.at) for event in parts["q"].events] == ["0:01", "0:02"]
    assert (parts["p"].pan.values, parts["q"].pan.values) == ((-0.5,), (0.5,))


def test_solo_and_mute_choose_what_is_heard(project: Project) -> None:
    project.movement(SILENT + "parts: {a: {}, b: {mute: true}, c: {}}\n")
    assert project.load().movements[0].mixed_parts() == ["a", "c"]
    project.movement(SILENT + "parts: {a: {}, b: {mute: true, solo: true}, c: {solo: true}}\n")
    assert project.load().movements[0].mixed_parts() == ["c"]


def test_large_files_and_exploding_anchors_cost_little_more_than_a_good_score(
    project: Project,
) -> None:
    project.movement(SILENT)
    good = cpu_s(project.load)
    project.movement("movement: a\nlength: 10\nnote: |\n" + "  aaaaaaa\n" * 1_000_000)
    assert project.faults() == ["1-fog.yaml:1:1: the file is larger than 4 MiB; split it"]
    assert cpu_s(project.faults) < 100 * good
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    project.movement("\n".join(lines))
    assert "more than 250 000 values" in project.faults()[0]
    assert cpu_s(project.faults) < 100 * good


def test_ten_times_the_events_cost_ten_times_as_much_to_load(project: Project) -> None:
    head = (
        "movement: a\nlength: 400\ntakes: {t: {model: m, length_s: 3}}\nparts:\n  p:\n    events:\n"
    )
    event = "      - {at: N, hold: {from: [t, a/b], rate_hz: 6, length_s: 3}, gain_db: -3}\n"
    spent = []
    for count in (30, 300):
        project.movement(head + "".join(event.replace("N", str(n)) for n in range(count)))
        spent.append(cpu_s(project.load))
    assert spent[1] < 30 * spent[0]


def test_a_cue_names_its_player_by_one_spelling(project: Project) -> None:
    project.movement("movement: a\nlength: 10\ncues: [{at: 1, player: tuba, text: x}]\n")
    assert [fault.message for fault in project.read().faults] == [
        "cues[0]: unknown field 'player'; write 'for'"
    ]
