"""The memo: knows a file again, and distrusts what could have changed unseen."""

from __future__ import annotations

import json
import os
import time
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.files.fingerprint import RACY_NS, fingerprint
from approx_build.store import memo as memo_module
from approx_build.store.memo import Memo
from approx_build.store.records import seal
from approx_build.store.store import Store


@pytest.fixture
def settled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file last changed long before the memo's clock."""
    path = tmp_path / "phrase.flac"
    path.write_bytes(b"phrase")
    later = time.time_ns() + 2 * RACY_NS
    monkeypatch.setattr(memo_module.time, "time_ns", lambda: later)
    return path


def digest(memo: Memo, path: Path) -> str:
    return memo.look(path).digest


def digest_without_reading(store: Store, path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    with monkeypatch.context() as patch:
        patch.setattr(memo_module, "hashed", None)
        return digest(Store(store.root).memo, path)


def test_a_settled_file_is_read_once(
    store: Store, settled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = store.memo.look(settled)
    assert found.digest == sha256(b"phrase").hexdigest()
    assert found.fingerprint == fingerprint(settled)
    store.memo.save()
    assert digest_without_reading(store, settled, monkeypatch) == found.digest


def test_a_file_just_written_is_not_remembered(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "fresh.flac"
    path.write_bytes(b"one")
    state = path.stat()
    store.memo.look(path)
    store.memo.save()
    path.write_bytes(b"two")
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert digest(Store(store.root).memo, path) == sha256(b"two").hexdigest()


def test_a_change_that_keeps_size_and_time_is_seen(store: Store, settled: Path) -> None:
    state = settled.stat()
    store.memo.look(settled)
    settled.write_bytes(b"Phrase")
    os.utime(settled, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert digest(store.memo, settled) == sha256(b"Phrase").hexdigest()


def test_a_file_of_the_future_is_read_again(
    store: Store, settled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.memo.look(settled)
    # The clock is set back after the file was remembered.
    monkeypatch.setattr(memo_module.time, "time_ns", lambda: settled.stat().st_ctime_ns - 10**12)
    read: list[str] = []
    real = memo_module.hashed
    monkeypatch.setattr(memo_module, "hashed", lambda path: read.append(path) or real(path))
    store.memo.look(settled)
    assert read == [str(settled)]


def test_what_is_forgotten_is_read_again(store: Store, settled: Path) -> None:
    right = digest(store.memo, settled)
    store.memo.save()
    data = json.dumps({str(settled): [fingerprint(settled), "0" * 64]})
    store.memo.path.write_bytes(seal(data))
    memo = Store(store.root).memo
    assert digest(memo, settled) == "0" * 64
    memo.forget()
    assert digest(memo, settled) == right
    memo.save()
    assert digest(Store(store.root).memo, settled) == right


@pytest.mark.parametrize("text", ["", "{}", "[1]", "x\n{", "null"])
def test_a_spoilt_memo_costs_only_hashing(store: Store, settled: Path, text: str) -> None:
    store.memo.path.write_text(text)
    assert digest(store.memo, settled) == sha256(b"phrase").hexdigest()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=70),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@given(VALUES, VALUES)
def test_rows_of_any_form_are_believed_only_when_they_are_rows(whole: object, row: object) -> None:
    assert memo_module._rows(whole) == {} or isinstance(whole, dict)
    right = ["1 2 3 4 5", "ab" * 32]
    found = memo_module._rows({"odd": row, "right": right})
    assert found.pop("right") == tuple(right)
    assert not found or row == list(found["odd"])


def test_rows_of_before_are_passed_over(store: Store, settled: Path) -> None:
    state = settled.stat()
    row = [state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino, "0" * 64]
    store.memo.path.write_bytes(seal(json.dumps({str(settled): row})))
    assert digest(store.memo, settled) == sha256(b"phrase").hexdigest()


def test_a_bit_flipped_in_the_memo_is_not_believed(store: Store, settled: Path) -> None:
    right = digest(store.memo, settled)
    store.memo.save()
    data = store.memo.path.read_bytes()
    store.memo.path.write_bytes(data.replace(right.encode(), b"0" * 64))
    assert digest(Store(store.root).memo, settled) == right


def test_a_missing_file_is_an_error(store: Store, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        store.memo.look(tmp_path / "gone.flac")
