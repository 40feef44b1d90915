"""Kernel locks: held, busy, or not to be had."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from approx_build.process import locks
from approx_build.process.locks import Grip, grip


@pytest.fixture
def handles(tmp_path: Path) -> Iterator[tuple[int, int]]:
    """One file, opened twice."""
    opened = [os.open(tmp_path / "file", os.O_RDWR | os.O_CREAT) for _ in range(2)]
    yield opened[0], opened[1]
    for handle in opened:
        os.close(handle)


def test_one_holds_it_and_the_other_finds_it_busy(handles: tuple[int, int]) -> None:
    one, other = handles
    assert grip(one) is Grip.HELD
    assert grip(other) is Grip.BUSY
    assert grip(other, is_shared=True) is Grip.BUSY
    assert grip(one, is_shared=True) is Grip.HELD
    assert grip(other, is_shared=True) is Grip.HELD


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL])
def test_a_filesystem_without_locks_is_not_one_that_is_locked(
    handles: tuple[int, int], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fcntl, "flock", _failing(code))
    assert grip(handles[0]) is Grip.NONE


def test_a_failing_disk_is_an_error(
    handles: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fcntl, "flock", _failing(errno.EIO))
    with pytest.raises(OSError, match="put/output error"):
        grip(handles[0])


def _failing(code: int):  # type: ignore[no-untyped-def]
    def flock(handle: int, how: int) -> None:
        raise OSError(code, os.strerror(code))

    return flock


@pytest.mark.parametrize(
    ("mount", "is_local"),
    [
        ("nfs4 host:/x rw,vers=4.2,local_lock=none", False),
        ("nfs host:/x rw,vers=3,nolock,local_lock=all", True),
        ("nfs host:/x rw,vers=3,local_lock=flock", True),
        ("cifs //host/x rw,nobrl", True),
        ("fuse.sshfs host:/x rw", True),
        ("ext4 /dev/vda rw,nolock", False),
    ],
)
def test_mounts_tell_whether_other_hosts_see_locks(mount: str, is_local: bool) -> None:
    line = f"36 35 0:52 / /mnt rw,noatime shared:1 - {mount}\n"
    assert locks._has_local_locks(line) is is_local


def test_the_mount_of_a_path_is_looked_up(tmp_path: Path) -> None:
    assert not locks.are_local(tmp_path)
    assert not locks.are_local(tmp_path / "none")
