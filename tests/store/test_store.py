"""The store as a whole: its format, and what opening it does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from approx_build.errors import StoreError
from approx_build.store.store import Store


def test_opening_makes_a_folder_with_its_format(tmp_path: Path) -> None:
    store = Store(tmp_path / "deep" / "store")
    assert (store.root / "format").read_text() == "approx-build store 1\n"
    assert (store.root / ".gitignore").read_text() == "*\n"
    Store(store.root)


def test_a_store_of_another_format_is_refused(store: Store) -> None:
    (store.root / "format").write_text("approx-build store 7\n")
    with pytest.raises(StoreError, match="says 'approx-build store 7'"):
        Store(store.root)


def test_a_file_where_the_store_should_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"file is a file, where a folder is needed"):
        Store(tmp_path / "file")


def test_a_relative_root_stays_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = Store("here")
    os.chdir("/")
    assert store.objects.put_bytes(b"x") in Store(tmp_path / "here").objects
