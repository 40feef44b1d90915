"""Delivered files: what was written, and which fingerprints prove that it is still there."""

from __future__ import annotations

import time
from hashlib import sha256
from pathlib import Path

import pytest

from approx_build.files.fingerprint import fingerprint, is_settled
from approx_build.project.delivered import Delivered
from approx_build.store.store import Store

HOUR_NS = 3600 * 10**9


@pytest.fixture
def delivered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Delivered:
    """Into an empty folder, and every file is an hour old at once."""
    real = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: real() + HOUR_NS)
    return Delivered(tmp_path / "renders")


def test_what_is_new_is_written_and_proves_nothing(delivered: Delivered, store: Store) -> None:
    digest = store.objects.put_bytes(b"sound")
    delivered.copy("1.wav", store.objects, digest)
    delivered.write("index.html", b"page")
    assert delivered.written == ["1.wav", "index.html"]
    for name, content in (("1.wav", b"sound"), ("index.html", b"page")):
        found = delivered.readings[str(delivered.folder / name)]
        assert found.digest == sha256(content).hexdigest()
        assert found.fingerprint == fingerprint(delivered.folder / name)
        assert not is_settled(found.fingerprint, found.at_ns)


def test_what_is_there_is_known_by_its_fingerprint(delivered: Delivered, store: Store) -> None:
    digest = store.objects.put_bytes(b"sound")
    delivered.copy("1.wav", store.objects, digest)
    delivered.write("index.html", b"page")
    again = Delivered(delivered.folder)
    again.copy("1.wav", store.objects, digest)
    again.write("index.html", b"page")
    assert again.written == []
    assert [is_settled(one.fingerprint, one.at_ns) for one in again.readings.values()] == [True] * 2


def test_what_is_derived_is_made_once_and_again_when_it_was_changed(delivered: Delivered) -> None:
    made = []

    def make() -> bytes:
        made.append(1)
        return b"sheet"

    digest = delivered.derive("0.css", "", make)
    assert digest == sha256(b"sheet").hexdigest()
    again = Delivered(delivered.folder)
    assert again.derive("0.css", digest, make) == digest
    assert (again.written, len(made)) == ([], 1)
    assert again.readings[str(again.folder / "0.css")].digest == digest
    (again.folder / "0.css").write_bytes(b"sheep")
    assert again.derive("0.css", digest, make) == digest
    assert (again.written, len(made)) == (["0.css"], 2)
    assert (again.folder / "0.css").read_bytes() == b"sheet"


def test_what_was_written_elsewhere_proves_nothing(delivered: Delivered, tmp_path: Path) -> None:
    lock = tmp_path / "tide.lock"
    lock.write_bytes(b"lock")
    delivered.note(lock, b"lock")
    found = delivered.readings[str(lock)]
    assert found.fingerprint == fingerprint(lock)
    assert not is_settled(found.fingerprint, found.at_ns)
    assert found.is_unchanged(str(lock))
    assert delivered.written == []
