"""Places: errors name the files of a project as seen from its folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from approx_build.errors import AudioError, Fault, Location, ScoreError
from approx_build.project.paths import named_from, relative_to, similar_piece

ROOT = Path("/home/ann/music")


def test_paths_of_the_project_are_shortened_and_others_left() -> None:
    text = f"{ROOT}/models/a.flac and /home/ann/musical/b.flac"
    assert relative_to(ROOT, text) == "models/a.flac and /home/ann/musical/b.flac"


def test_an_error_keeps_its_kind_and_place() -> None:
    where = Location("pieces/tide.yaml", 7, 3)
    with pytest.raises(AudioError) as caught, named_from(ROOT):
        raise AudioError(f"{ROOT}/a.flac: corrupt", where)
    assert str(caught.value) == "pieces/tide.yaml:7:3: a.flac: corrupt"


def test_every_fault_is_shortened() -> None:
    fault = Fault(Location(f"{ROOT}/models/a.yaml", 1, 2), f"see {ROOT}/b.yaml", "a: b")
    with pytest.raises(ScoreError) as caught, named_from(ROOT):
        raise ScoreError([fault])
    assert str(caught.value) == "models/a.yaml:1:2: see b.yaml\na: b\n ^"


def test_a_bug_is_left_alone() -> None:
    with pytest.raises(KeyError), named_from(ROOT):
        raise KeyError(f"{ROOT}/x")


def test_a_similar_piece_is_found_if_there_is_one(tmp_path: Path) -> None:
    assert similar_piece(tmp_path, "nacht") == ""
    (tmp_path / "pieces").mkdir()
    (tmp_path / "pieces" / "nacht.yaml").touch()
    assert similar_piece(tmp_path, "nacth") == "; did you mean 'pieces/nacht.yaml'?"
    assert similar_piece(tmp_path, "tag") == ""
