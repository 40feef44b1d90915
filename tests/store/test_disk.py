"""What a disk refuses is said in plain words, and nothing half-written stays."""

from __future__ import annotations

import errno
import fcntl
import os
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from approx_build.errors import StoreError
from approx_build.process import system
from approx_build.store import disk
from approx_build.store.store import Store


def test_a_full_disk_is_reported_plainly_and_leaves_nothing_behind(small_disk: Path) -> None:
    store = Store(small_disk / "store")
    kept = store.objects.put_bytes(b"kept")
    with pytest.raises(StoreError, match=r"the disk is full: .* free some space and run again"):
        store.objects.put_bytes(os.urandom(2_000_000))
    with pytest.raises(StoreError, match="the disk is full"), store.objects.writer() as draft:
        draft.path.write_bytes(os.urandom(2_000_000))
    assert list(store.objects) == [kept]
    assert os.listdir(store.drafts.root) == []
    assert store.objects.put_bytes(b"small enough") in store.objects


def test_a_library_that_hides_the_reason_is_overruled(small_disk: Path) -> None:
    store = Store(small_disk / "store")
    with pytest.raises(StoreError, match="the disk is full"), store.objects.writer() as draft:
        _write_hiding_the_reason(draft.path)


def _write_hiding_the_reason(path: Path) -> None:
    try:
        path.write_bytes(os.urandom(2_000_000))
    except OSError as error:
        raise RuntimeError("Error : flush failed.") from error


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "the disk is full"),
        (errno.EROFS, r"cannot be written \(read-only file system\)"),
        (errno.EACCES, r"cannot be written \(permission denied\); make it writable"),
        (errno.EIO, "input/output error"),
    ],
)
def test_each_refusal_has_its_words(code: int, words: str) -> None:
    with pytest.raises(StoreError, match=words), disk.store_errors("store"):
        raise OSError(code, os.strerror(code))


def test_a_failing_sync_is_an_error_and_leaves_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(StoreError, match="the disk is full"):
        store.objects.put_bytes(b"tide")
    assert list(store.objects) == []
    assert os.listdir(store.drafts.root) == []


def test_on_macos_a_sync_goes_through_the_cache_of_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    plain: list[int] = []
    monkeypatch.setattr(system, "FULL_SYNC", 51)
    monkeypatch.setattr(fcntl, "fcntl", lambda handle, command: asked.append(command))
    monkeypatch.setattr(os, "fsync", plain.append)
    store = Store(tmp_path / "store")
    asked.clear()
    store.objects.put_bytes(b"tide")
    assert asked == [51] * len(asked)
    assert len(asked) >= 2
    assert plain == []

    def refuse(handle: int, command: int) -> None:
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))

    monkeypatch.setattr(fcntl, "fcntl", refuse)
    store.objects.put_bytes(b"ebb")
    assert plain


def test_a_full_sync_that_fails_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(handle: int, command: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(system, "FULL_SYNC", 51)
    monkeypatch.setattr(fcntl, "fcntl", fail)
    with open(tmp_path / "file", "wb") as file, pytest.raises(OSError, match="put/output"):
        disk.sync(file.fileno())


def test_nothing_syncs_but_by_the_one_function() -> None:
    package = Path(disk.__file__).parents[1]
    uses = [
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if re.search(r"\bf(data)?sync\(", path.read_text(encoding="utf-8"))
    ]
    assert uses == ["process/system.py"]


def test_a_read_only_store_is_read_and_refuses_writes_clearly(
    store: Store, read_only: Callable[[Path], AbstractContextManager[None]]
) -> None:
    digest = store.objects.put_bytes(b"tide")
    with read_only(store.root):
        again = Store(store.root)
        assert again.objects.read(digest) == b"tide"
        with pytest.raises(StoreError, match=r"cannot be written \(.*\); make it writable"):
            again.objects.put_bytes(b"ebb")


def test_a_folder_made_is_made_with_those_above_it(tmp_path: Path) -> None:
    disk.make_folder(tmp_path / "a" / "b" / "c")
    assert (tmp_path / "a" / "b" / "c").is_dir()


def test_what_is_set_aside_keeps_its_content_and_frees_its_name(tmp_path: Path) -> None:
    path = tmp_path / "state"
    for text in ("one", "two"):
        path.write_text(text)
        disk.set_aside(path)
    path.mkdir()
    assert disk.set_aside(path, "other").name == "other"
    assert sorted(one.name for one in tmp_path.iterdir()) == [
        *("other", "state.damaged", "state.damaged-2")
    ]
    assert (tmp_path / "state.damaged-2").read_text() == "two"
