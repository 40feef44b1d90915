"""Files read by threads: every digest in order, what cannot be read said, what vanishes left."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import pytest

from approx_build.store import reading
from approx_build.store.reading import BLOCK, Read, read_all


def test_digests_come_in_order_whatever_the_threads(tmp_path: Path) -> None:
    contents = [bytes([n]) * (n * 40_000) for n in range(20)] + [os.urandom(BLOCK + 1)]
    paths = []
    for number, content in enumerate(contents):
        paths.append(tmp_path / f"{number}")
        paths[-1].write_bytes(content)
    for jobs in (1, 3, 50):
        seen: list[int] = []
        found = read_all(paths, jobs, seen.append)
        assert [one.digest for one in found] == [sha256(one).hexdigest() for one in contents]
        assert sum(seen) == sum(map(len, contents))
    assert read_all([], 2) == []


def test_what_vanished_and_what_cannot_be_read_are_reported_apart(tmp_path: Path) -> None:
    gone, folder = tmp_path / "gone", tmp_path / "folder"
    folder.mkdir()
    found = read_all([gone, folder, folder / "in" / "it"], 2)
    assert found[0] == Read(gone)
    assert found[1] == Read(folder, problem="cannot be read (it is a folder, not a regular file)")
    assert found[2] == Read(folder / "in" / "it")


def test_an_interrupt_ends_all_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [tmp_path / str(n) for n in range(100)]
    for path in paths:
        path.write_bytes(b"x")
    read: list[int] = []

    def stop(count: int) -> None:
        read.append(count)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_all(paths, 2, stop)
    assert len(read) <= 2
    monkeypatch.delattr(reading.os, "posix_fadvise", raising=False)
    assert len(read_all(paths, 2)) == 100
