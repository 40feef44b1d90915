"""Notes: read beside the score, placed in seconds, and their faults with lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from approx_build.files.readlog import ABSENT, ReadLog
from approx_build.score.load import Score, read_piece
from approx_build.score.notes import PlacedNote, notes_path, read_notes

PIECE = "score: 1\npiece: tide\nseed: 1\nmovements: [tide/1-fog.yaml, tide/2-ebb.yaml]\n"
MOVEMENT = "score: 1\nmovement: fog\nlength: 9\ntempo: 120\nparts: {}\n"


@pytest.fixture
def score(tmp_path: Path) -> Score:
    folder = tmp_path / "pieces/tide"
    folder.mkdir(parents=True)
    (tmp_path / "models").mkdir()
    (tmp_path / "pieces/tide.yaml").write_text(PIECE)
    for name in ("1-fog", "2-ebb"):
        (folder / f"{name}.yaml").write_text(MOVEMENT)
    found = read_piece(tmp_path / "pieces/tide.yaml").score
    assert found is not None
    return found


def written(score: Score, text: str) -> tuple[list[PlacedNote], list[str]]:
    (score.root / notes_path(score)).write_text(text)
    notes, faults = read_notes(score, ReadLog())
    return notes, [str(fault).splitlines()[0] for fault in faults]


def test_notes_are_placed_in_seconds_and_in_order(score: Score) -> None:
    text = """\
notes:
  - { movement: 2-ebb, at: bar 2, text: later }
  - { movement: 1-fog, at: "0:02.5", text: 'too "loud"' }
  - { movement: 1-fog, at: 1, text: first }
"""
    assert written(score, text) == (
        [
            PlacedNote("1-fog", 1.0, "first"),
            PlacedNote("1-fog", 2.5, 'too "loud"'),
            PlacedNote("2-ebb", 2.0, "later"),
        ],
        [],
    )


def test_every_fault_has_its_line(score: Score) -> None:
    text = """\
notes:
  - { movement: 1-fig, at: 1, text: a }
  - { movement: 1-fog, at: 9.5, text: b }
  - { movement: 1-fog, at: B, text: c }
  - { movement: 1-fog, at: 2, text: d }
"""
    notes, faults = written(score, text)
    assert [note.text for note in notes] == ["d"]
    assert [fault.partition(": notes")[0] for fault in faults] == [
        f"pieces/tide.notes.yaml:{line}" for line in ("2:17", "3:28", "4:28")
    ]
    assert "there is no movement '1-fig'; did you mean '1-fog'?" in faults[0]
    assert faults[1].endswith("must be before the movement ends, at 0:09")


@pytest.mark.parametrize(
    ("text", "message"),
    [("notes: 3\n", "a list"), ("note: []\n", "did you mean 'notes'"), ("notes: [\n", "")],
)
def test_another_text_is_a_fault(score: Score, text: str, message: str) -> None:
    notes, faults = written(score, text)
    assert notes == []
    assert faults
    assert all(fault.startswith("pieces/tide.notes.yaml:") for fault in faults)
    assert message in faults[0]


def test_a_missing_file_is_noted(score: Score) -> None:
    log = ReadLog()
    assert read_notes(score, log) == ([], [])
    assert log.files[str(score.root / notes_path(score))].digest == ABSENT


def test_a_folder_in_its_place_is_a_fault(score: Score) -> None:
    (score.root / notes_path(score)).mkdir()
    notes, [fault] = read_notes(score, ReadLog())
    assert notes == []
    assert "is a folder" in str(fault)
