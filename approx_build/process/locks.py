"""Kernel locks on files: held, held by another, or unsupported; and whether other hosts see them.

They end with the process that holds them in every case, so none can be stale.
"""

from __future__ import annotations

import enum
import errno
import os
import re
from contextlib import suppress

from approx_build.process import system

MOUNTS = "/proc/self/mountinfo"


class LockResult(enum.Enum):
    """The result of an attempt to lock a file."""

    HELD = "held"  # by this process, until it closes the file
    BUSY = "busy"  # by another process
    NONE = "none"  # locks do not work here


UNKNOWN_HERE = {errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL}
"""The errors by which filesystems report that they have no locks."""

LOCAL_LOCKS = {"nolock", "local_lock=all", "local_lock=flock", "nobrl"}
"""Options of NFS and CIFS mounts with locks that other hosts do not see."""

OF_ONE_KERNEL = {
    *("ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "jfs", "bcachefs"),
    *("tmpfs", "overlay", "vfat", "exfat", "ntfs3"),
}
"""Kinds of filesystems that two kernels cannot mount at the same time."""


def try_lock(handle: int, is_shared: bool = False) -> LockResult:
    """Try to lock the open file without waiting; OSError when the disk itself fails.

    The lock belongs to the open file, so a child that inherits the file holds the lock, too.
    """
    try:
        system.lock_file(handle, is_shared)
    # Before OSError, of which it is a subclass.
    except BlockingIOError:
        return LockResult.BUSY
    except OSError as error:
        if error.errno not in UNKNOWN_HERE:
            raise
        return LockResult.NONE
    return LockResult.HELD


def is_host_local(path: os.PathLike[str] | str) -> bool:
    """Whether hosts that do not see each other's locks share `path`, as far as is known."""
    kind, options = _mount(path)
    # sshfs has no remote locks: each host sees its own only.
    if kind == "fuse.sshfs":
        return True
    return kind.startswith(("nfs", "cifs", "smb")) and not LOCAL_LOCKS.isdisjoint(options)


def is_of_one_kernel(path: os.PathLike[str] | str) -> bool:
    """Whether no process under another kernel can be using `path` now, as far as is known."""
    return _mount(path)[0] in OF_ONE_KERNEL


def _mount(path: os.PathLike[str] | str) -> tuple[str, list[str]]:
    """Kind and options of the filesystem that contains `path`; empty if the system does not report
    it.

    Found by name, because the device in `stat` is that of a part of the filesystem for some kinds.
    """
    found, longest = ("", list[str]()), -1
    name = os.path.realpath(path)
    with suppress(OSError), open(MOUNTS, encoding="utf-8", errors="surrogateescape") as file:
        for line in file:
            with suppress(ValueError, IndexError):
                point = _unescaped(line.split()[4])
                kind, _, options = line.partition(" - ")[2].split(" ", 2)
                # Of two mounts at one place, the later one hides the earlier.
                if len(point) >= longest and os.path.commonpath([point, name]) == point:
                    found, longest = (kind, options.strip().split(",")), len(point)
    return found


def _unescaped(text: str) -> str:
    """A name in mountinfo, in which blanks and some other characters are octal numbers."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)
