"""The store as a whole: its format, and what opening it does."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from approx_build.errors import StoreError
from approx_build.process import system
from approx_build.store.store import DEEPEST, FORMAT, Store


def test_opening_makes_a_folder_with_its_format(tmp_path: Path) -> None:
    store = Store(tmp_path / "deep" / "store")
    assert (store.root / "format").read_text() == "approx-build store 1\n"
    assert (store.root / ".gitignore").read_text() == "*\n"
    Store(store.root)


def test_a_store_of_another_format_is_refused(store: Store) -> None:
    (store.root / "format").write_text("approx-build store 7\n")
    with pytest.raises(StoreError, match="says 'approx-build store 7'"):
        Store(store.root)


@pytest.mark.parametrize(
    "damage", [b"", b"\0" * 21, b"approx-build stgre 1\n", b"\xff\xfe", b"approx-build store 1"]
)
def test_a_damaged_format_is_repaired_where_the_rest_is_a_store(
    store: Store, damage: bytes
) -> None:
    digest = store.objects.put_bytes(b"tide")
    (store.root / "format").write_bytes(damage)
    assert Store(store.root).objects.read(digest) == b"tide"
    assert (store.root / "format").read_text() == "approx-build store 1\n"


def test_a_folder_in_the_place_of_the_format_is_damage(store: Store, tmp_path: Path) -> None:
    path = store.root / "format"
    path.unlink()
    path.mkdir()
    Store(store.root)
    assert path.read_text() == FORMAT
    (tmp_path / "music" / "format").mkdir(parents=True)
    with pytest.raises(StoreError, match="does not look like a store"):
        Store(tmp_path / "music")


def test_a_store_that_lost_power_when_it_was_made_is_begun_again(tmp_path: Path) -> None:
    (tmp_path / "format").write_bytes(bytes(21))
    assert (Store(tmp_path).root / "format").read_text() == "approx-build store 1\n"


def test_a_folder_that_is_no_store_is_not_made_one(tmp_path: Path) -> None:
    (tmp_path / "format").write_text("A5, landscape")
    with pytest.raises(StoreError, match=r"format is damaged, and .* does not look like a store"):
        Store(tmp_path)
    assert (tmp_path / "format").read_text() == "A5, landscape"


def test_a_damaged_format_of_a_store_that_cannot_be_written_stops_nothing(
    store: Store, read_only: Callable[[Path], AbstractContextManager[None]]
) -> None:
    digest = store.objects.put_bytes(b"tide")
    (store.root / "format").write_bytes(b"")
    with read_only(store.root):
        assert Store(store.root).objects.read(digest) == b"tide"


def test_a_format_that_cannot_be_read_is_explained(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("approx_build.store.store.read_bounded", refuse)
    with pytest.raises(StoreError, match=r"format cannot be read \(permission denied\); make it a"):
        Store(store.root)


def test_a_file_where_the_store_should_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"file is a file, but must be a folder"):
        Store(tmp_path / "file")


def test_a_relative_root_stays_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = Store("here")
    os.chdir("/")
    assert store.objects.put_bytes(b"x") in Store(tmp_path / "here").objects


def test_a_store_whose_files_would_have_too_long_paths_is_refused(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.objects.put_bytes(b"tide")
    with store.drafts.new() as draft:
        paths = [draft, *(path for path in store.root.rglob("*"))]
    assert max(len(str(path)) - len(str(store.root)) for path in paths) <= DEEPEST
    monkeypatch.setattr(system, "LONGEST_PATH", len(str(store.root)) + DEEPEST)
    Store(store.root)
    monkeypatch.setattr(system, "LONGEST_PATH", len(str(store.root)) + DEEPEST - 1)
    with pytest.raises(
        StoreError, match=r"too long by 1 for the \d+ characters that Windows allows"
    ):
        Store(store.root)
