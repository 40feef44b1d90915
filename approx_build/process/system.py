"""Systems: the differences between Linux, macOS and Windows, and between their filesystems.

Each function asks whether the system has a feature, and has an answer if it has not, so that a test
can take the feature away. `signals` has the signals, `windows` the calls of Windows. No other
module names what only some systems have.
"""

from __future__ import annotations

import errno
import os
import struct
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

try:
    import resource
except ImportError:  # Windows: there are no such limits
    resource = None  # type: ignore[assignment]

# ---- files ----

_PLAIN = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOINHERIT", 0)
_ITSELF = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV}
"""The errors by which filesystems, such as exFAT, report that they have no hard links."""
NO_FOLDER_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EBADF}
NO_FULL_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.ENOTTY, errno.ENODEV}
FULL_SYNC: int | None = getattr(fcntl, "F_FULLFSYNC", None)
"""The operation by which macOS writes through the cache of a disk; None elsewhere."""


def open_handle(path: os.PathLike[str] | str, flags: int, mode: int = 0o666) -> int:
    """A handle of a file without translation of newlines, which children do not inherit."""
    return os.open(path, flags | _PLAIN, mode)


def open_file_or_folder(path: os.PathLike[str] | str) -> int:
    """A handle to read a file, or a folder where that can be opened.

    Follows no link, and does not wait.
    """
    return open_handle(path, os.O_RDONLY | _ITSELF)


def sync(handle: int) -> None:
    """Make the content of an open file survive a power cut.

    On macOS `fsync` leaves the content in the cache of the disk; F_FULLFSYNC flushes that cache,
    too.
    """
    if FULL_SYNC is not None:
        try:
            fcntl.fcntl(handle, FULL_SYNC)
        except OSError as error:
            # Filesystems that do not support this, such as network ones, support the plain sync.
            if error.errno not in NO_FULL_SYNC:
                raise
        else:
            return
    os.fsync(handle)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` survive a power cut, where the system supports it."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        sync(handle)
    except OSError as error:
        # Some network and FUSE filesystems cannot sync a folder; they order the writes themselves.
        if error.errno not in NO_FOLDER_SYNC:
            raise
    finally:
        os.close(handle)


def make_read_only(path: Path) -> None:
    """Protect a file from editors, where a protected file can still be renamed and removed."""
    if os.name == "posix":
        os.chmod(path, 0o444)


def rename_if_absent(draft: Path, path: Path) -> bool:
    """Rename `draft` to `path`; False, and the draft stays, when there is a file of that name.

    Without hard links a file that another process makes at the same moment may be replaced.
    """
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    except (OSError, AttributeError) as error:
        if isinstance(error, OSError) and error.errno not in NO_LINKS:
            raise
        if path.exists():
            return False
        os.replace(draft, path)
    else:
        draft.unlink()
    return True


def excess_length(path: Path, more: int = 0) -> int:
    """By how many characters an absolute path, with `more`, is longer than allowed; at least 0."""
    if LONGEST_PATH is None:
        return 0
    units = len(os.fspath(path).encode("utf-16-le", "surrogatepass")) // 2  # as Windows counts
    return max(0, units + more - LONGEST_PATH)


def is_of_this_user(state: os.stat_result) -> bool:
    """Whether this user owns a file; on Windows its folder is that user's alone."""
    return not hasattr(os, "getuid") or state.st_uid == os.getuid()


# ---- locks ----

BUSY = {errno.EAGAIN, errno.EACCES}
"""The errors by which the system reports that another process has locked a byte."""
_WHOLE = 1 << 62
"""The byte that represents a whole file on Windows, where locked bytes cannot be read."""


class Kernel(Protocol):
    """The functions of Windows that replace those of POSIX (process/windows.py)."""

    def lock(self, handle: int, offset: int, is_shared: bool) -> bool:
        """Lock a byte of an open file without waiting; False when another has it. OSError."""

    def unlock(self, handle: int, offset: int) -> None:
        """Unlock a byte. OSError."""

    def is_running(self, process: int) -> bool:
        """Whether a process with this number is running."""


WINDOWS: Kernel | None = None
LONGEST_PATH: int | None = None
"""Characters of the longest path, where all paths have a limit: Windows, unless set otherwise."""
if sys.platform == "win32":
    from approx_build.process.windows import Kernel32, allows_long_paths

    WINDOWS = Kernel32()
    LONGEST_PATH = None if allows_long_paths() else 259


def lock_file(handle: int, is_shared: bool) -> None:
    """Lock an open file without waiting, until it is closed.

    BlockingIOError when another process has it; OSError: ENOSYS where there are no locks.
    """
    if fcntl is not None:
        fcntl.flock(handle, (fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    elif WINDOWS is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    elif not WINDOWS.lock(handle, _WHOLE, is_shared):
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))


def has_byte_locks() -> bool:
    """Whether the system can lock single bytes of a file."""
    return fcntl is not None or WINDOWS is not None


def lock_byte(handle: int, offset: int) -> None:
    """Lock a byte of an open file; OSError, with an errno of BUSY when another process has it."""
    if fcntl is not None:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, offset)
    elif WINDOWS is None or not WINDOWS.lock(handle, offset, False):
        code = errno.ENOSYS if WINDOWS is None else errno.EAGAIN
        raise OSError(code, os.strerror(code))


def unlock_byte(handle: int, offset: int) -> None:
    """Unlock a byte of an open file. OSError."""
    if fcntl is not None:
        fcntl.lockf(handle, fcntl.LOCK_UN, 1, offset)
    elif WINDOWS is not None:
        WINDOWS.unlock(handle, offset)


def byte_holder(handle: int, offset: int) -> int:
    """The process that has locked a byte; 0 if it is unknown or on another host."""
    if fcntl is None:
        return 0
    # The fields of `struct flock`, which has two layouts.
    is_bsd = sys.platform == "darwin"
    layout = "qqihh" if is_bsd else "hhqqi"
    kind, whence = fcntl.F_WRLCK, os.SEEK_SET
    asked = (offset, 1, 0, kind, whence) if is_bsd else (kind, whence, offset, 1, 0)
    with suppress(OSError, struct.error, ValueError):
        lock = struct.unpack_from(
            layout, fcntl.fcntl(handle, fcntl.F_GETLK, struct.pack(layout, *asked) + bytes(8))
        )
        return max(0, int(lock[2 if is_bsd else 4]))
    return 0


# ---- processes ----


def is_running(process: int) -> bool:
    """Whether a process with this number is running, as far as this process can see."""
    if WINDOWS is not None:
        return WINDOWS.is_running(process)  # signal 0 is Ctrl-C there
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    # A number from a file name may be larger than any process number: OverflowError.
    except (OSError, OverflowError):
        pass  # the process belongs to another user
    return True


def memory_limits() -> list[tuple[int, str]]:
    """Limits of address space and of data, bytes, each with the command that sets it."""
    if resource is None:
        return []
    kinds = ((resource.RLIMIT_AS, "ulimit -v"), (resource.RLIMIT_DATA, "ulimit -d"))
    sizes = [(resource.getrlimit(kind)[0], command) for kind, command in kinds]
    return sorted((size, command) for size, command in sizes if size != resource.RLIM_INFINITY)


CHILDREN_KEEP_LOCKS = os.name == "posix"
"""Whether a lock lives as long as any process that has inherited the open file."""


def inheriting(handles: Sequence[int], starter: Any) -> dict[str, Any]:
    """Arguments of `starter.Popen` for a child that inherits these handles and no Ctrl-C."""
    if sys.platform == "win32":
        for handle in handles:
            os.set_handle_inheritable(handle, True)
        # A list of handles: Windows otherwise passes on every inheritable handle of the process.
        startup = starter.STARTUPINFO(lpAttributeList={"handle_list": list(handles)})
        return {"startupinfo": startup, "creationflags": starter.CREATE_NEW_PROCESS_GROUP}
    return {"pass_fds": handles}


def keep_from_children(handle: int) -> None:
    """Let no further child inherit a handle that this process has inherited."""
    if sys.platform == "win32":
        os.set_handle_inheritable(handle, False)
    else:
        os.set_inheritable(handle, False)


def handle_to_inherit(file: int) -> int:
    """The handle of an open file by which a child can inherit it."""
    if sys.platform == "win32":
        import msvcrt

        return msvcrt.get_osfhandle(file)
    return file


def inherited_file(handle: int) -> int:
    """The open file of a handle that this process has inherited."""
    if sys.platform == "win32":
        import msvcrt

        return msvcrt.open_osfhandle(handle, os.O_WRONLY)
    return handle
