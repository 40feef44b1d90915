"""The read log: each file as it was when it was read, whatever becomes of it."""

from __future__ import annotations

import os
import time
from hashlib import sha256
from pathlib import Path
from unittest import mock

import pytest

from approx_build.files import readlog
from approx_build.files.fingerprint import GONE, NO_FOLDER, RACY_NS, UNKNOWN, fingerprint
from approx_build.files.readlog import ABSENT, Reading, ReadLog, hashed


def digest(data: bytes) -> str:
    return sha256(data).hexdigest()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "score.yaml"
    path.write_bytes(b"old")
    return path


def test_content_is_hashed_from_the_bytes_that_are_given(file: Path) -> None:
    log = ReadLog()
    assert log.content(file) == b"old"
    file.write_bytes(b"new")
    assert log.content(file) == b"old"
    assert log.reading(file).digest == digest(b"old")
    assert log.is_consistent


def test_a_digest_is_that_of_the_first_reading(file: Path) -> None:
    log = ReadLog()
    log.reading(file)
    file.write_bytes(b"new")
    assert log.reading(file).digest == digest(b"old")
    assert log.is_consistent


def test_bytes_that_are_not_those_of_the_digest_before_are_noticed(file: Path) -> None:
    log = ReadLog()
    log.reading(file)
    file.write_bytes(b"new")
    assert log.content(file) == b"new"
    assert not log.is_consistent


def test_a_file_that_changes_while_it_is_read_has_no_fingerprint(file: Path) -> None:
    log, real = ReadLog(), fingerprint

    def edited_after(path: str) -> str:
        found = real(path)
        file.write_bytes(b"longer than before")
        return found

    with mock.patch.object(readlog, "fingerprint", edited_after):
        log.content(file)
        found = hashed(file.parent / "score.yaml")
    assert log.files[str(file)] == Reading(
        digest(b"longer than before"), UNKNOWN, log.files[str(file)].at_ns
    )
    assert found.fingerprint == UNKNOWN
    assert not found.is_unchanged(str(file))


def test_the_fingerprint_is_of_before_the_reading(file: Path) -> None:
    at_ns = time.time_ns()
    found = hashed(file)
    assert found.fingerprint == fingerprint(file)
    assert at_ns <= found.at_ns <= time.time_ns()


def test_a_young_file_holds_as_long_as_its_bytes_do(file: Path) -> None:
    found = hashed(file)
    assert found.is_unchanged(str(file))
    # As if the edit fell into one tick with the reading.
    file.write_bytes(b"new")
    assert not Reading(found.digest, fingerprint(file), found.at_ns).is_unchanged(str(file))


def test_an_old_file_holds_while_its_fingerprint_does(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = hashed(file)
    old = Reading("never looked at", found.fingerprint, found.at_ns + RACY_NS)
    assert old.is_unchanged(str(file))
    os.utime(file)
    assert not old.is_unchanged(str(file))
    file.unlink()
    assert not old.is_unchanged(str(file))


def test_a_file_changed_in_this_tick_is_read_in_a_later_one(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    changed_ns = file.stat().st_ctime_ns
    times = iter([changed_ns + 1, changed_ns + readlog.TICK_NS])
    monkeypatch.setattr(readlog.time, "time_ns", lambda: next(times))
    monkeypatch.setattr(readlog.time, "sleep", waits.append)
    assert hashed(file).at_ns == changed_ns + readlog.TICK_NS
    assert waits == [readlog.TICK_NS / 1e9]


def test_an_absent_file_stays_absent(tmp_path: Path) -> None:
    log, path = ReadLog(), tmp_path / "record.json"
    log.note(path)
    assert (log.files[str(path)].digest, log.files[str(path)].fingerprint) == (ABSENT, GONE)
    path.write_text("{}")
    for read in (log.reading, log.content):
        with pytest.raises(FileNotFoundError):
            read(path)


def test_a_file_that_cannot_be_read_makes_no_claim(tmp_path: Path) -> None:
    log = ReadLog()
    log.note(tmp_path)
    assert log.files == {}
    assert not log.is_consistent


def test_a_file_that_changes_under_another_reader_is_noticed(file: Path) -> None:
    log = ReadLog()
    with log.watching(file):
        file.read_bytes()
    assert log.is_consistent
    with log.watching(file):
        file.write_bytes(b"new")
    assert not log.is_consistent


def test_a_file_that_changes_under_a_reader_that_fails_is_noticed_too(file: Path) -> None:
    log = ReadLog()

    def read() -> None:
        with log.watching(file):
            file.unlink()
            raise ValueError("no sound")

    with pytest.raises(ValueError, match="no sound"):
        read()
    assert not log.is_consistent


def test_a_folder_is_listed_once(tmp_path: Path) -> None:
    (tmp_path / "a.wav").touch()
    (tmp_path / "sub").mkdir()
    (tmp_path / "broken").symlink_to("nowhere")
    log = ReadLog()
    assert log.files_in(tmp_path) == ["a.wav"]
    (tmp_path / "b.wav").touch()
    assert log.files_in(tmp_path) == ["a.wav"]
    assert log.folders_in(tmp_path) == ["sub"]
    assert log.files_in(tmp_path / "sub") == log.files_in(tmp_path / "none") == []
    assert log.folders[str(tmp_path / "none")] == NO_FOLDER
    assert log.is_consistent


def test_paths_are_the_same_however_they_are_written(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(file.parent)
    log = ReadLog()
    log.content("score.yaml")
    log.content(Path("sub/../score.yaml"))
    assert list(log.files) == [str(file)]
