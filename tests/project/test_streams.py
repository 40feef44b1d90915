"""Streams of a piece: what is delivered is the sound, and only what changed is written again."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from approx_build.project.streams import _is_index
from approx_build.report.stream import VERSION, sheet
from tests.space import Space

FOLDER = "renders/tide/streams"


def ages(space: Space) -> dict[str, int]:
    folder = space.root / FOLDER
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in files}


def test_the_sheets_hold_the_delivered_sounds(rendered: Space) -> None:
    for stream, file in (("master", "1-foam.wav"), ("stems/shore", "stems/1-foam/shore.wav")):
        found = (rendered.root / FOLDER / "1-foam" / stream / "0000.css").read_bytes()
        assert found == sheet(rendered.ints(f"tide/{file}").astype(np.int32))


def test_the_index_names_the_sound_and_the_loudness_of_a_master(rendered: Space) -> None:
    master, stem = (
        json.loads((rendered.root / FOLDER / "2-sand" / name / "sound.json").read_text())
        for name in ("master", "stems/grain")
    )
    assert master["version"] == VERSION
    assert len(master["loudness"]) == 10
    assert stem["loudness"] == []
    assert len(stem["sheets"]) == 1


def test_a_changed_part_writes_its_own_sheets_and_the_masters(built: Space) -> None:
    before = ages(built)
    built.edit(
        "pieces/tide/1-foam.yaml", "    gain_db: -6\n    events:", "    gain_db: -9\n    events:"
    )
    built.render()
    changed = {path for path, at in ages(built).items() if at != before[path]}
    assert {path.rpartition("/")[0] for path in changed} == {"1-foam/master", "1-foam/stems/shore"}


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"version":1}', b"\xff"])
def test_what_was_damaged_is_written_again(built: Space, damage: bytes) -> None:
    folder: Path = built.root / FOLDER / "1-foam/master"
    whole = {path.name: path.read_bytes() for path in folder.iterdir()}
    (folder / "sound.json").write_bytes(damage)
    (folder / "0000.css").write_bytes(b"other")
    built.render()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == whole


@pytest.mark.parametrize("change", [{"sheets": 3}, {"sheets": [3]}, {"loudness": ["x"]}, {}])
def test_an_index_that_was_edited_is_no_index(rendered: Space, change: dict[str, object]) -> None:
    found = json.loads((rendered.root / FOLDER / "1-foam/master/sound.json").read_text())
    assert _is_index(found | change, found["sound"]) == (not change)
    assert not _is_index(found | change, "0" * 64)
