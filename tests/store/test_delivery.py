"""Delivery: copies that are checked, whole, and left alone when right."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from approx_build.errors import StoreError
from approx_build.process import system
from approx_build.process.identity import own_identity
from approx_build.store.claims import OLD_S, claimed
from approx_build.store.delivery import PART, TEMPORARY, check_folder, part_of, write
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
    with pytest.raises(StoreError, match=r"renders is a file, but must be a folder"):
        store.objects.materialise(store.objects.put_bytes(b"tide"), tmp_path / "renders" / "1.wav")


@pytest.mark.parametrize("is_intact", [True, False])
def test_parts_of_killed_deliveries_are_swept_whether_or_not_the_file_is_right(
    store: Store, tmp_path: Path, is_intact: bool
) -> None:
    digest, dest = store.objects.put_bytes(b"tide"), tmp_path / "renders" / "tide[1].wav"
    dest.parent.mkdir()
    dest.write_bytes(b"tide" if is_intact else b"ebbs")
    dead = replace(own_identity(), process=_dead_process())
    # That of a file which is delivered no more goes too.
    parts = [dest.parent / f".{name}.{dead}+a1.part" for name in ("tide[1].wav", "gone.wav")]
    other = dest.parent / "x.part"
    for path in (*parts, other):
        path.write_bytes(b"ti")
    assert store.objects.materialise(digest, dest) is not is_intact
    assert sorted(dest.parent.iterdir()) == sorted([dest, other])


def test_the_part_of_a_text_is_swept_too(tmp_path: Path) -> None:
    part = tmp_path / f".page.html.{replace(own_identity(), process=_dead_process())}+a1.part"
    part.write_bytes(b"<ht")
    assert write(tmp_path / "page.html", b"<html>")
    assert not part.exists()
    part.write_bytes(b"<ht")
    assert not write(tmp_path / "page.html", b"<html>")
    assert not part.exists()


def test_the_part_of_a_living_delivery_stays(store: Store, tmp_path: Path) -> None:
    dest = tmp_path / "tide.wav"
    with claimed(tmp_path, before=".tide.wav.", after=PART) as part:
        os.utime(part, (1, 1))
        store.objects.materialise(store.objects.put_bytes(b"tide"), dest)
        assert part.exists()


def test_parts_of_earlier_versions_are_swept_when_old(store: Store, tmp_path: Path) -> None:
    old, young = (tmp_path / f".tide.wav.{letter * 16}.part" for letter in "ab")
    for part in (old, young):
        part.write_bytes(b"ti")
    long_ago = time.time() - OLD_S - 60
    os.utime(old, (long_ago, long_ago))
    store.objects.materialise(store.objects.put_bytes(b"tide"), tmp_path / "tide.wav")
    assert (old.exists(), young.exists()) == (False, True)


def test_a_file_with_a_long_name_is_delivered(store: Store, tmp_path: Path) -> None:
    dest = tmp_path / ("t" * 250)
    assert store.objects.materialise(store.objects.put_bytes(b"tide"), dest)
    assert os.listdir(tmp_path / "store" / "drafts") == []


def _dead_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    process.wait()
    return process.pid


def test_a_folder_is_refused_whose_files_would_have_too_long_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_folder(tmp_path, ["a" * 200 + ".wav"])
    room = len(str(tmp_path)) + 1 + TEMPORARY
    monkeypatch.setattr(system, "LONGEST_PATH", room)
    check_folder(tmp_path, ["1.wav"])
    with pytest.raises(StoreError, match=r"1\.wav: too long by 152 for the"):
        check_folder(tmp_path, ["1.wav", "a" * (TEMPORARY + 1) + "/1.wav"])
    monkeypatch.setattr(system, "LONGEST_PATH", room - 1)
    with pytest.raises(StoreError, match="too long by 1 for"):
        check_folder(tmp_path, ["1.wav"])


def test_no_temporary_name_is_longer_than_is_reckoned(tmp_path: Path) -> None:
    with part_of(tmp_path / f"{'a' * 250}.wav") as part:
        assert len(part.name) <= TEMPORARY
