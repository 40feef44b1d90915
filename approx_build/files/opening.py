"""Opening of files from outside: only regular files, without waiting, up to a limit.

A FIFO waits forever, a device may have no end, and opening one can move a machine, so none is
opened. Neither is a file outside the project to which a link in it leads (`files.links`).
"""

from __future__ import annotations

import errno
import os
import stat
from io import BufferedReader

from approx_build.files import links

AnyPath = os.PathLike[str] | str

MIB = 2**20
TEXT_BYTES = 4 * MIB
"""Largest text by a person that is read. A score of ten thousand events has about 1 MiB."""
RECORD_BYTES = 64 * MIB
"""Largest record, lock or note by a program that is read: a lock of 100 000 results has 20 MiB."""

QUIETLY = 0
"""Flags for opening a file that may not be regular; Windows has the first two."""
for _name in ("O_BINARY", "O_NOINHERIT", "O_CLOEXEC", "O_NONBLOCK", "O_NOCTTY"):
    QUIETLY |= getattr(os, _name, 0)
_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def open_regular(path: AnyPath) -> BufferedReader:
    """The regular file at `path`, open for reading; OSError for anything else, never waiting."""
    return open(open_handle(path, os.O_RDONLY), "rb")


def open_handle(path: AnyPath, flags: int, mode: int = 0o666) -> int:
    """Open the regular file at `path` with the flags of `os.open`, never waiting.

    OSError when something else is there, LinkError when a link leads out of the project.
    """
    folder, name = links.place(path)
    try:
        # Checked before it is opened, because of devices, and after, because it may have been
        # replaced.
        if not flags & os.O_CREAT or os.path.lexists(path):
            _refuse_others(os.stat(name, dir_fd=folder).st_mode, path)
        if folder is not None:
            # A link that replaced the file after the check must not be followed.
            flags |= os.O_NOFOLLOW
        handle = os.open(name, flags | QUIETLY, mode, dir_fd=folder)
    finally:
        if folder is not None:
            os.close(folder)
    try:
        _refuse_others(os.fstat(handle).st_mode, path)
    except BaseException:
        os.close(handle)
        raise
    return handle


def read_bounded(path: AnyPath, most: int = RECORD_BYTES) -> bytes:
    """The bytes of the regular file at `path`; OSError when there are more than `most`."""
    with open_regular(path) as file:
        # One byte more shows that the file is too large; its size may change after a `stat`.
        data = file.read(most + 1)
    if len(data) > most:
        reason = f"it is larger than {most // MIB} MiB, the most that is read of such a file"
        raise OSError(errno.EFBIG, reason, os.fspath(path))
    return data


def read_whole(path: AnyPath) -> bytes:
    """The bytes of the regular file at `path`: weights; OSError when memory is too small."""
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        # Otherwise the system's out-of-memory killer would end the process without a reason.
        if size > _memory_bytes():
            reason = f"its {size // MIB} MiB do not fit the memory of this machine"
            raise OSError(errno.EFBIG, reason, os.fspath(path))
        return file.read()


def _memory_bytes() -> float:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return float("inf")


def _refuse_others(mode: int, path: AnyPath) -> None:
    kind = stat.S_IFMT(mode)
    if kind != stat.S_IFREG:
        number = errno.EISDIR if kind == stat.S_IFDIR else errno.EINVAL
        what = _KINDS.get(kind, "something else")
        raise OSError(number, f"it is {what}, not a regular file", os.fspath(path))
