"""Objects: whole or absent, checked when used, made again when damaged."""

from __future__ import annotations

import errno
import multiprocessing
import os
import stat
from hashlib import sha256
from pathlib import Path

import pytest

from approx_build.errors import StoreError
from approx_build.files.fingerprint import fingerprint
from approx_build.store import objects as objects_module
from approx_build.store.store import Store

BYTES = b"the reed sings " * 1000
DIGEST = sha256(BYTES).hexdigest()


def damage(store: Store, digest: str, how: str) -> None:
    path = store.objects.path(digest)
    os.chmod(path, 0o644)
    data = bytearray(path.read_bytes())
    if how == "flipped":
        data[len(data) // 2] ^= 4
    path.write_bytes(data if how == "flipped" else data[:100] if how == "truncated" else b"")


def drafts_left(store: Store) -> list[str]:
    return os.listdir(store.drafts.root)


def test_bytes_come_back_under_their_digest(store: Store) -> None:
    assert store.objects.put_bytes(BYTES) == DIGEST
    assert DIGEST in store.objects
    assert store.objects.read(DIGEST) == BYTES
    assert store.objects.size(DIGEST) == len(BYTES)
    assert list(store.objects) == [DIGEST]
    assert drafts_left(store) == []


def test_an_object_is_read_only_and_has_one_name(store: Store) -> None:
    state = store.objects.path(store.objects.put_bytes(BYTES)).stat()
    assert stat.S_IMODE(state.st_mode) == 0o444
    assert state.st_nlink == 1


def test_a_writer_stores_what_the_block_wrote(store: Store) -> None:
    with store.objects.writer() as draft:
        draft.path.write_bytes(BYTES)
    assert (draft.digest, draft.size) == (DIGEST, len(BYTES))
    assert store.objects.read(DIGEST) == BYTES
    assert drafts_left(store) == []


def test_a_block_that_fails_stores_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError, match="no breath"), store.objects.writer() as draft:
        _write_and_fail(draft.path)
    assert list(store.objects) == []
    assert drafts_left(store) == []


def _write_and_fail(path: Path) -> None:
    path.write_bytes(BYTES)
    raise RuntimeError("no breath")


def test_storing_twice_keeps_the_first_file(store: Store) -> None:
    first = store.objects.path(store.objects.put_bytes(BYTES)).stat()
    with store.objects.writer() as draft:
        draft.path.write_bytes(BYTES)
    assert store.objects.path(DIGEST).stat().st_ino == first.st_ino


@pytest.mark.parametrize("how", ["flipped", "truncated", "emptied"])
def test_a_damaged_object_is_moved_aside_and_can_be_made_again(store: Store, how: str) -> None:
    store.objects.put_bytes(BYTES)
    damage(store, DIGEST, how)
    assert not store.objects.verify(DIGEST)
    assert DIGEST not in store.objects
    (aside,) = os.listdir(store.root / "quarantine")
    assert aside.startswith(DIGEST)
    store.objects.put_bytes(BYTES)
    assert store.objects.read(DIGEST) == BYTES


def test_a_new_object_replaces_a_damaged_one_of_its_name(store: Store) -> None:
    store.objects.put_bytes(BYTES)
    damage(store, DIGEST, "flipped")
    with store.objects.writer() as draft:
        draft.path.write_bytes(BYTES)
    assert store.objects.read(DIGEST) == BYTES


def test_reading_a_damaged_object_reports_it(store: Store) -> None:
    store.objects.put_bytes(BYTES)
    damage(store, DIGEST, "truncated")
    with pytest.raises(StoreError, match="missing or was damaged; run the build again"):
        store.objects.read(DIGEST)


def test_a_verified_object_is_not_read_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.objects.put_bytes(BYTES)
    monkeypatch.setattr(objects_module, "file_digest", None)
    assert store.objects.verify(DIGEST)


def test_a_missing_object_is_not_there(store: Store) -> None:
    assert not store.objects.verify(DIGEST)
    with pytest.raises(StoreError, match="no such file"):
        store.objects.size(DIGEST)


@pytest.mark.parametrize("digest", ["", "../" * 20, "AB" * 32, "0" * 63])
def test_what_is_no_digest_has_no_path(store: Store, digest: str) -> None:
    with pytest.raises(StoreError, match="is not a digest"):
        store.objects.path(digest)


@pytest.mark.parametrize("code", [errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK])
def test_filesystems_without_hard_links_work(
    store: Store, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "link", refuse)
    for _ in range(2):
        with store.objects.writer() as draft:
            draft.path.write_bytes(BYTES)
    assert Store(store.root).objects.read(DIGEST) == BYTES
    assert drafts_left(store) == []


def _create(root: Path, gate: multiprocessing.synchronize.Barrier) -> None:
    store = Store(root)
    gate.wait()
    for index in range(20):
        data = BYTES + bytes([index])
        with store.objects.writer() as draft:
            draft.path.write_bytes(data)
        assert store.objects.read(draft.digest) == data


def test_eight_processes_may_create_the_same_objects(store: Store) -> None:
    context = multiprocessing.get_context("fork")
    gate = context.Barrier(8)
    crowd = [context.Process(target=_create, args=(store.root, gate)) for _ in range(8)]
    for process in crowd:
        process.start()
    for process in crowd:
        process.join()
    assert [process.exitcode for process in crowd] == [0] * 8
    assert len(list(store.objects)) == 20
    assert all(Store(store.root).objects.verify(digest) for digest in store.objects)
    assert not (store.root / "quarantine").exists()
    assert drafts_left(store) == []


def test_what_is_read_is_what_is_checked(store: Store) -> None:
    digest = store.objects.put_bytes(BYTES)
    # Known to be right, and wrong a moment later, with no time that tells of it.
    damage(store, digest, "flipped")
    store.objects.trust(digest)
    assert store.objects.verify(digest)
    with pytest.raises(StoreError, match="is missing or was damaged"):
        store.objects.read(digest)
    assert digest not in store.objects


def test_an_object_has_the_fingerprint_it_had_when_it_was_right(store: Store) -> None:
    digest = store.objects.put_bytes(BYTES)
    right = fingerprint(store.objects.path(digest))
    damage(store, digest, "flipped")
    assert store.objects.fingerprint_of(digest) == right != fingerprint(store.objects.path(digest))
    # To another process, which did not look, it is as it is.
    other = Store(store.root).objects
    assert other.fingerprint_of(digest) == fingerprint(store.objects.path(digest))
