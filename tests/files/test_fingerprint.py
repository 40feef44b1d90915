"""Fingerprints: what changes them, what does not, and when they prove something."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from approx_build.files.fingerprint import (
    BETWEEN,
    GONE,
    NO_FOLDER,
    RACY_NS,
    UNKNOWN,
    changed_ns,
    fingerprint,
    is_fingerprint,
    is_settled,
    listing,
)

NOW_NS = 1_700_000_000_000_000_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.wav"
    path.write_bytes(b"la")
    return path


def restored(path: Path, data: bytes) -> None:
    """Write in place, and put the time of change back."""
    state = path.stat()
    path.write_bytes(data)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


def replaced(path: Path, data: bytes) -> None:
    """Another file of the same name, size and time of change."""
    state = path.stat()
    other = path.with_name("other")
    other.write_bytes(data)
    os.utime(other, ns=(state.st_atime_ns, state.st_mtime_ns))
    other.replace(path)


def after_a_tick(path: Path, act: Callable[[], None]) -> None:
    """Act until the file system's clock has moved on: an edit within a tick does not show."""
    before = path.stat().st_ctime_ns
    while path.stat().st_ctime_ns == before:
        act()


@pytest.mark.parametrize("edit", [restored, replaced])
def test_an_edit_that_keeps_size_and_time_changes_it(
    file: Path, edit: Callable[[Path, bytes], None]
) -> None:
    before = fingerprint(file)
    after_a_tick(file, lambda: edit(file, b"lo"))
    assert file.stat().st_size == 2
    assert fingerprint(file) != before


def test_reading_changes_nothing(file: Path) -> None:
    before = fingerprint(file)
    file.read_bytes()
    assert fingerprint(file) == before
    assert is_fingerprint(before)


def test_a_link_is_the_file_it_leads_to_and_the_way(file: Path, tmp_path: Path) -> None:
    link, twin = tmp_path / "link.wav", tmp_path / "twin.wav"
    link.symlink_to(file)
    before = fingerprint(link)
    assert before == f"{fingerprint(file)} {os.path.realpath(file)}"
    # The same bytes, the same inode, another path.
    os.link(file, twin)
    link.unlink()
    link.symlink_to(twin)
    assert fingerprint(link) == f"{fingerprint(file)} {os.path.realpath(twin)}"
    assert changed_ns(fingerprint(link)) == changed_ns(fingerprint(file))


@pytest.mark.parametrize("name", ["gone.wav", "a.wav/below", "broken"])
def test_what_is_not_there_is_gone(file: Path, name: str) -> None:
    (file.parent / "broken").symlink_to("nowhere")
    assert fingerprint(file.parent / name) == GONE
    assert not is_fingerprint(GONE)


def test_a_file_that_cannot_be_looked_at_is_not_gone(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    found = fingerprint(tmp_path / "loop")
    assert found.startswith("error ")
    assert not is_fingerprint(found)
    assert not is_settled(found, NOW_NS)


@pytest.mark.parametrize(
    ("mtime_ns", "ctime_ns", "settled"),
    [
        (NOW_NS - RACY_NS, NOW_NS - RACY_NS, True),
        (0, NOW_NS - RACY_NS + 1, False),
        (NOW_NS - RACY_NS + 1, 0, False),
        (NOW_NS + RACY_NS, 0, False),
        (0, NOW_NS + 10**18, False),
    ],
    ids=["old", "young inode", "young bytes", "bytes of the future", "inode of the future"],
)
def test_times_must_be_old_to_prove_something(mtime_ns: int, ctime_ns: int, settled: bool) -> None:
    assert is_settled(f"1 2 3 {mtime_ns} {ctime_ns}", NOW_NS) is settled
    assert is_settled(f"1 2 3 {mtime_ns} {ctime_ns} /where it leads", NOW_NS) is settled


def test_an_absent_file_is_settled_and_an_unknown_one_is_not() -> None:
    assert is_settled(GONE, NOW_NS)
    assert not is_settled(UNKNOWN, NOW_NS)


def test_a_listing_shows_files_from_folders(file: Path) -> None:
    folder = file.parent
    (folder / "sub").mkdir()
    (folder / "broken.wav").symlink_to("nowhere")
    (folder / "linked.wav").symlink_to("a.wav")
    assert listing(folder) == BETWEEN.join(["a.wav", "broken.wav//", "linked.wav", "sub/"])
    assert listing(folder / "sub") == ""
    assert listing(folder / "none") == listing(file) == NO_FOLDER
