"""The memo: knows a file again, and distrusts what could have changed unseen."""

from __future__ import annotations

import os
import time
from hashlib import sha256
from pathlib import Path

import pytest

from approx_build.errors import StoreError
from approx_build.store import memo as memo_module
from approx_build.store.memo import RACY_NS
from approx_build.store.store import Store


@pytest.fixture
def settled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file last changed long before the memo's clock."""
    path = tmp_path / "phrase.flac"
    path.write_bytes(b"phrase")
    later = time.time_ns() + 2 * RACY_NS
    monkeypatch.setattr(memo_module.time, "time_ns", lambda: later)
    return path


def digest_without_reading(store: Store, path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    with monkeypatch.context() as patch:
        patch.setattr(memo_module, "file_digest", None)
        return Store(store.root).memo.digest(path)


def test_a_settled_file_is_read_once(
    store: Store, settled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = store.memo.digest(settled)
    assert digest == sha256(b"phrase").hexdigest()
    store.memo.save()
    assert digest_without_reading(store, settled, monkeypatch) == digest


def test_a_file_just_written_is_not_remembered(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "fresh.flac"
    path.write_bytes(b"one")
    state = path.stat()
    store.memo.digest(path)
    store.memo.save()
    path.write_bytes(b"two")
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert Store(store.root).memo.digest(path) == sha256(b"two").hexdigest()


def test_a_change_that_keeps_size_and_time_is_seen(store: Store, settled: Path) -> None:
    state = settled.stat()
    store.memo.digest(settled)
    settled.write_bytes(b"Phrase")
    os.utime(settled, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert store.memo.digest(settled) == sha256(b"Phrase").hexdigest()


@pytest.mark.parametrize("text", ["", "{}", "[1]", "x\n{", "null"])
def test_a_spoilt_memo_costs_only_hashing(store: Store, settled: Path, text: str) -> None:
    store.memo.path.write_text(text)
    assert store.memo.digest(settled) == sha256(b"phrase").hexdigest()


def test_a_bit_flipped_in_the_memo_is_not_believed(store: Store, settled: Path) -> None:
    digest = store.memo.digest(settled)
    store.memo.save()
    data = store.memo.path.read_bytes()
    store.memo.path.write_bytes(data.replace(digest.encode(), b"0" * 64))
    assert Store(store.root).memo.digest(settled) == digest


def test_a_missing_file_is_named(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"gone\.flac cannot be read: no such file"):
        store.memo.digest(tmp_path / "gone.flac")
