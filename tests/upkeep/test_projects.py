"""Projects that use a store: found by register, by finished pieces, and where one stands."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from approx_build.store.projects import Use
from approx_build.upkeep.projects import Project, users


def project(root: Path, *pieces: str) -> Path:
    """A project with scores and their locks."""
    (root / "models").mkdir(parents=True)
    for piece in pieces:
        (root / piece).parent.mkdir(exist_ok=True)
        for ending in (".yaml", ".lock"):
            (root / piece).with_suffix(ending).write_text("")
    return root


@pytest.fixture
def tide(tmp_path: Path) -> Path:
    return project(tmp_path / "tide", "pieces/tide.yaml", "sketches/ebb.yaml")


def test_pieces_are_those_of_the_folder_and_those_that_were_built(tide: Path) -> None:
    ebb = tide / "sketches/ebb.yaml"
    found = users([Use(tide), Use(tide, ebb)], [ebb], None)
    assert found.unreadable == []
    (one,) = found.projects
    assert one.scores() == [tide / "pieces/tide.yaml", ebb]
    assert one.locks() == [tide / "pieces/tide.lock", ebb.with_suffix(".lock")]
    assert one.shown(ebb) == "sketches/ebb.yaml"
    assert one.shown(Path("/else")) == "/else"


def test_the_project_at_hand_counts_when_it_is_one(tide: Path, tmp_path: Path) -> None:
    assert [one.root for one in users([], [], tide).projects] == [tide]
    assert users([], [], tmp_path).projects == []


def test_a_finished_piece_shows_of_its_project(tide: Path) -> None:
    piece = tide / "pieces/tide.yaml"
    assert users([], [piece], None).projects == [Project(tide, {piece})]


def test_a_score_that_was_removed_is_no_riddle(tide: Path) -> None:
    piece = tide / "pieces/tide.yaml"
    piece.unlink()
    found = users([Use(tide, piece)], [piece], None)
    assert found.unreadable == []
    assert found.projects[0].scores() == []
    assert found.projects[0].locks() == [tide / "pieces/tide.lock"]


def test_what_may_be_on_a_disk_that_is_not_mounted_is_unreadable(
    tide: Path, tmp_path: Path
) -> None:
    ebb = tide / "sketches/ebb.yaml"
    shutil.rmtree(ebb.parent)
    found = users([Use(tide, ebb)], [], None)
    assert (found.unreadable, [one.root for one in found.projects]) == ([ebb], [tide])
    shutil.rmtree(tide)
    assert users([Use(tide), Use(tide, ebb)], [ebb], None).unreadable == [tide]
    assert users([], [ebb], None).unreadable == [ebb]
    # Where a disk is to be mounted there is an empty folder.
    tide.mkdir()
    assert users([Use(tide)], [], None).unreadable == [tide]
