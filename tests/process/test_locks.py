"""Kernel locks: held, busy, or not to be had."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from approx_build.process import locks
from approx_build.process.locks import LockResult, try_lock


@pytest.fixture
def handles(tmp_path: Path) -> Iterator[tuple[int, int]]:
    """One file, opened twice."""
    opened = [os.open(tmp_path / "file", os.O_RDWR | os.O_CREAT) for _ in range(2)]
    yield opened[0], opened[1]
    for handle in opened:
        os.close(handle)


def test_one_holds_it_and_the_other_finds_it_busy(handles: tuple[int, int]) -> None:
    one, other = handles
    assert try_lock(one) is LockResult.HELD
    assert try_lock(other) is LockResult.BUSY
    assert try_lock(other, is_shared=True) is LockResult.BUSY
    assert try_lock(one, is_shared=True) is LockResult.HELD
    assert try_lock(other, is_shared=True) is LockResult.HELD


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL])
def test_a_filesystem_without_locks_is_not_one_that_is_locked(
    handles: tuple[int, int], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fcntl, "flock", _failing(code))
    assert try_lock(handles[0]) is LockResult.NONE


def test_a_failing_disk_is_an_error(
    handles: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fcntl, "flock", _failing(errno.EIO))
    with pytest.raises(OSError, match="put/output error"):
        try_lock(handles[0])


def _failing(code: int):  # type: ignore[no-untyped-def]
    def flock(handle: int, how: int) -> None:
        raise OSError(code, os.strerror(code))

    return flock


@pytest.fixture
def mounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Says what is mounted at a folder, whose name has a blank, and gives a file in it."""

    def say(mount: str) -> Path:
        point = str(tmp_path / "a b").replace(" ", "\\040")
        lines = ["25 0 254:1 / / rw shared:1 - ext4 /dev/vda rw,nolock", "junk"]
        lines += [f"36 25 0:52 / {tmp_path}/a rw - nfs host:/a rw,nolock"]
        lines += [f"37 25 0:53 / {point} rw,noatime shared:1 - {mount}"]
        (tmp_path / "mountinfo").write_text("\n".join(lines))
        monkeypatch.setattr(locks, "MOUNTS", str(tmp_path / "mountinfo"))
        return tmp_path / "a b" / "file"

    return say


@pytest.mark.parametrize(
    ("mount", "is_host_local", "is_of_one_kernel"),
    [
        ("nfs4 host:/x rw,vers=4.2,local_lock=none", False, False),
        ("nfs host:/x rw,vers=3,nolock,local_lock=all", True, False),
        ("nfs host:/x rw,vers=3,local_lock=flock", True, False),
        ("cifs //host/x rw,nobrl", True, False),
        ("fuse.sshfs host:/x rw", True, False),
        ("virtiofs shared rw", False, False),
        ("ext4 /dev/vdb rw,nolock", False, True),
        ("btrfs /dev/vdb rw,subvol=/x", False, True),
    ],
)
def test_a_mount_shows_who_sees_locks_and_who_may_be_there(
    mounts: Callable[[str], Path], mount: str, is_host_local: bool, is_of_one_kernel: bool
) -> None:
    path = mounts(mount)
    assert locks.is_host_local(path) is is_host_local
    assert locks.is_of_one_kernel(path) is is_of_one_kernel
    assert locks.is_of_one_kernel("/")


def test_without_a_list_of_mounts_nothing_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "MOUNTS", str(tmp_path / "none"))
    assert not locks.is_host_local(tmp_path)
    assert not locks.is_of_one_kernel(tmp_path)
