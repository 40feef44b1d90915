"""Collections: what finished renders name stays, the last of each piece and young ones."""

from __future__ import annotations

import os
import time
from datetime import date
from pathlib import Path

import pytest

from approx_build.errors import StoreError, UsageError
from approx_build.execution.up_to_date import state_path, write_state
from approx_build.files.fingerprint import fingerprint
from approx_build.files.readlog import Reading
from approx_build.store.gc import Rules
from approx_build.store.projects import Use
from approx_build.store.store import Store
from approx_build.store.watch import Watch
from approx_build.upkeep.collection import CollectionOptions, collect

DAY = 86400.0


@pytest.fixture
def piece(tmp_path: Path) -> Path:
    """A score that has faults: nobody knows what it needs but its renders."""
    path = tmp_path / "project/pieces/tide.yaml"
    path.parent.mkdir(parents=True)
    (tmp_path / "project/models").mkdir()
    path.write_text("score: 99\n")
    return path


def rendered(store: Store, piece: Path, name: str, days: float) -> str:
    """An old object that a finished render of some days ago names; its digest."""
    digest = store.objects.put_bytes(name.encode())
    options = ["render", str(piece), str(piece.parent / name)]
    path = Path(state_path(str(store.root), options))
    made = str(store.objects.path(digest))
    write_state(str(path), options, {made: Reading(digest, fingerprint(made), 0)}, {})
    for each, age in ((path, days), (store.objects.path(digest), 900)):
        os.utime(each, (time.time() - age * DAY,) * 2)
    return digest


def test_the_last_render_of_a_piece_and_young_ones_stay(store: Store, piece: Path) -> None:
    for name, days in (("oldest", 300), ("last", 20)):
        rendered(store, piece, name, days)
    store.objects.put_bytes(b"young")
    root = piece.parents[1]
    collect(store, root, CollectionOptions(Rules()), Watch(), date.today())
    assert {store.objects.read(one) for one in store.objects} == {b"last", b"young"}
    assert len(os.listdir(store.root / "states")) == 1
    rendered(store, piece, "newest", 1)
    rendered(store, piece, "other", 2)
    found = collect(store, root, CollectionOptions(Rules()), Watch(), date.today())
    assert found.notes
    assert {store.objects.read(one) for one in store.objects} == {b"newest", b"other", b"young"}


def test_renders_of_a_piece_that_is_gone_hold_nothing(store: Store, piece: Path) -> None:
    rendered(store, piece, "last", 20)
    piece.unlink()
    collect(store, piece.parents[1], CollectionOptions(Rules()), Watch(), date.today())
    assert list(store.objects) == []
    assert os.listdir(store.root / "states") == []


def test_a_piece_that_is_given_up_is_forgotten_at_once(store: Store, piece: Path) -> None:
    rendered(store, piece, "last", 1)
    root = piece.parents[1]
    os.rename(root, root.with_name("away"))
    with pytest.raises(StoreError, match="used the store"):
        collect(store, None, CollectionOptions(Rules()), Watch(), date.today())
    with pytest.raises(UsageError, match="no project or piece there used the store"):
        collect(
            store, None, CollectionOptions(Rules(), forgotten=root / "no"), Watch(), date.today()
        )
    store.projects.note(Use(root.with_name("away")))
    collect(store, None, CollectionOptions(Rules(), forgotten=root), Watch(), date.today())
    assert os.listdir(store.root / "states") == []
    assert list(store.objects) == []


def test_without_a_user_nothing_is_removed(store: Store, piece: Path) -> None:
    store.objects.put_bytes(b"somebody's")
    with pytest.raises(StoreError, match="no project is registered in the store"):
        collect(store, piece.parents[1], CollectionOptions(Rules(0.0)), Watch(), date.today())
    with pytest.raises(StoreError, match="no project is registered in the store"):
        collect(store, store.root.parent, CollectionOptions(Rules(0.0)), Watch(), date.today())
    # A project that the store lies in is its user.
    (store.root.parent / "models").mkdir()
    collect(store, store.root.parent, CollectionOptions(Rules(0.0)), Watch(), date.today())
    assert list(store.objects) == []


def test_files_that_were_set_aside_go_when_they_are_old(store: Store, piece: Path) -> None:
    rendered(store, piece, "last", 1)
    places = [
        store.root / "quarantine/ab.cd",
        store.root / "training/ab/resume.safetensors.damaged",
    ]
    for place in places:
        place.parent.mkdir(parents=True)
        place.write_bytes(b"1234")
        os.utime(place, (time.time() - 20 * DAY,) * 2)
    # The folder of a training that nobody can name stays.
    (store.root / "training/ab/resume.safetensors").write_bytes(b"damaged")
    found = collect(store, piece.parents[1], CollectionOptions(Rules()), Watch(), date.today())
    assert (found.others.count, found.freed) == (2, 8)
    assert not any(place.exists() for place in places)
    assert (store.root / "training/ab/resume.safetensors").exists()
