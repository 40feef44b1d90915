"""Delivery: copies that are checked, whole, and left alone when right."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from approx_build.errors import StoreError
from approx_build.store.drafts import YOUNG_S
from approx_build.store.store import Store


def test_an_object_is_copied_not_linked(store: Store, tmp_path: Path) -> None:
    digest = store.objects.put_bytes(b"tide")
    dest = tmp_path / "renders" / "tide" / "1.wav"
    assert store.objects.materialise(digest, dest)
    assert dest.read_bytes() == b"tide"
    assert dest.stat().st_nlink == 1
    dest.write_bytes(b"edited by hand")
    assert store.objects.read(digest) == b"tide"


def test_a_right_file_is_left_alone(store: Store, tmp_path: Path) -> None:
    digest = store.objects.put_bytes(b"tide")
    dest = tmp_path / "tide.wav"
    store.objects.materialise(digest, dest)
    before = dest.stat()
    assert not store.objects.materialise(digest, dest)
    assert dest.stat() == before


def test_a_wrong_file_is_replaced(store: Store, tmp_path: Path) -> None:
    dest = tmp_path / "tide.wav"
    dest.write_bytes(b"ebbs")
    assert store.objects.materialise(store.objects.put_bytes(b"tide"), dest)
    assert dest.read_bytes() == b"tide"


def test_a_damaged_object_is_never_delivered(store: Store, tmp_path: Path) -> None:
    digest = store.objects.put_bytes(b"tide")
    path, dest = store.objects.path(digest), tmp_path / "renders" / "tide.wav"
    os.chmod(path, 0o644)
    path.write_bytes(b"tidy")
    with pytest.raises(StoreError, match="was damaged; run the build again"):
        store.objects.materialise(digest, dest)
    assert os.listdir(dest.parent) == []
    assert digest not in store.objects


def test_a_folder_that_cannot_be_written_is_named(store: Store, tmp_path: Path) -> None:
    (tmp_path / "renders").write_text("a file where a folder should be")
    with pytest.raises(StoreError, match=r"renders is a file, where a folder is needed"):
        store.objects.materialise(store.objects.put_bytes(b"tide"), tmp_path / "renders" / "1.wav")


def test_parts_of_killed_deliveries_are_swept_when_old(store: Store, tmp_path: Path) -> None:
    dest = tmp_path / "renders" / "tide[1].wav"
    dest.parent.mkdir()
    old, young, other = (
        dest.parent / n for n in (".tide[1].wav.a.part", ".tide[1].wav.b.part", "x.part")
    )
    for part in (old, young, other):
        part.write_bytes(b"ti")
    long_ago = time.time() - YOUNG_S - 60
    for part in (old, other):
        os.utime(part, (long_ago, long_ago))
    store.objects.materialise(store.objects.put_bytes(b"tide"), dest)
    assert not old.exists()
    assert young.exists()
    assert other.exists()
