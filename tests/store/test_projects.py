"""The register of projects: entered once, moved with the store, damaged or forgotten."""

from __future__ import annotations

import os
from pathlib import Path

from approx_build.store.projects import Use
from approx_build.store.store import Store


def test_a_use_is_entered_once(store: Store, tmp_path: Path) -> None:
    use = Use(tmp_path / "tide", tmp_path / "tide/pieces/tide.yaml")
    store.projects.note(use)
    entered = {path: path.stat().st_mtime_ns for path in (store.root / "projects").iterdir()}
    store.projects.note(use)
    store.projects.note(Use(tmp_path / "tide"))
    assert store.projects.uses() == [Use(tmp_path / "tide"), use]
    assert all(path.stat().st_mtime_ns == then for path, then in entered.items())


def test_a_project_moves_with_the_store_that_is_in_it(tmp_path: Path) -> None:
    store = Store(tmp_path / "tide/.approx")
    store.projects.note(Use(tmp_path / "tide", tmp_path / "tide/pieces/tide.yaml"))
    store.projects.note(Use(tmp_path / "fog"))
    os.rename(tmp_path / "tide", tmp_path / "ebb")
    moved = Store(tmp_path / "ebb/.approx").projects.uses()
    assert Use(tmp_path / "ebb", tmp_path / "ebb/pieces/tide.yaml") in moved
    assert Use(tmp_path / "fog") in moved


def test_damage_is_noticed(store: Store, tmp_path: Path) -> None:
    store.projects.note(Use(tmp_path / "tide"))
    (path,) = (store.root / "projects").iterdir()
    good = path.read_bytes()
    for place in range(len(good)):
        path.write_bytes(good[:place] + bytes([good[place] ^ 4]) + good[place + 1 :])
        assert store.projects.damaged() == [path]
        assert store.projects.uses() == []


def test_projects_and_pieces_are_forgotten(store: Store, tmp_path: Path) -> None:
    tide, fog = tmp_path / "tide", tmp_path / "fog"
    for use in (Use(tide), Use(tide, tide / "a.yaml"), Use(tide, tide / "b.yaml"), Use(fog)):
        store.projects.note(use)
    assert store.projects.forget(tide / "a.yaml") == 1
    assert store.projects.uses() == [Use(fog), Use(tide), Use(tide, tide / "b.yaml")]
    assert store.projects.forget(tide) == 2
    assert store.projects.uses() == [Use(fog)]


def test_a_store_that_cannot_be_written_goes_without(tmp_path: Path, store: Store) -> None:
    (store.root / "projects").write_text("in the way")
    store.projects.note(Use(tmp_path))
    (store.root / "projects").unlink()
    assert store.projects.uses() == []
