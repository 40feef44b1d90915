"""Kernel locks on files: held, held by another, or not to be had; and whether other hosts see them.

They end with the process that holds them, however that ends, so none can be stale.
"""

from __future__ import annotations

import enum
import errno
import os
from contextlib import suppress

try:
    import fcntl
except ImportError:  # not a POSIX system: nobody keeps anybody out
    fcntl = None  # type: ignore[assignment]


class Grip(enum.Enum):
    """What came of an attempt to lock a file."""

    HELD = "held"  # by this process now, until it closes the file
    BUSY = "busy"  # by another
    NONE = "none"  # locks do not work here


UNKNOWN_HERE = {errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL}
"""How filesystems say that they have no locks."""

LOCAL_LOCKS = {"nolock", "local_lock=all", "local_lock=flock", "nobrl"}
"""Options of NFS and CIFS mounts whose locks other hosts do not see."""


def grip(handle: int, is_shared: bool = False) -> Grip:
    """Lock the open file at once or not at all; OSError when the disk itself fails.

    The lock belongs to the open file, so a child that inherits it holds it too.
    """
    if fcntl is None:
        return Grip.NONE
    try:
        fcntl.flock(handle, (fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return Grip.BUSY
    except OSError as error:
        if error.errno not in UNKNOWN_HERE:
            raise
        return Grip.NONE
    return Grip.HELD


def are_local(path: os.PathLike[str] | str) -> bool:
    """Whether `path` is shared by hosts that do not see each other's locks, as far as is known."""
    with suppress(OSError, ValueError, IndexError):
        device = os.stat(path).st_dev
        name = f"{os.major(device)}:{os.minor(device)}"
        with open("/proc/self/mountinfo", encoding="utf-8", errors="replace") as file:
            return any(_has_local_locks(line) for line in file if line.split()[2] == name)
    return False


def _has_local_locks(mount: str) -> bool:
    """Whether a line of mountinfo is of a network filesystem that keeps its locks to itself."""
    kind, _, options = mount.partition(" - ")[2].split(" ", 2)
    if kind == "fuse.sshfs":
        return True
    return kind.startswith(("nfs", "cifs", "smb")) and not LOCAL_LOCKS.isdisjoint(
        options.strip().split(",")
    )
