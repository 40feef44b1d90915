"""Claims: temporary files that their writers lock, so that other processes see them in use.

The name of a claim identifies its writer (`process.identity`). The kernel's lock on the file
decides first whether the writer is alive: the lock ends with the writer, is the same in every
namespace of process numbers, and depends on no clock. Where locks do not work, the identity
decides. A writer under another kernel has ended if two kernels cannot share the filesystem, because
this machine was restarted since. On a network filesystem, which may keep a lock to one host,
nothing decides: there the file must be older than OLD_S by the filesystem's clock, which a wrong
clock of this machine does not change.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from approx_build.files import writing
from approx_build.files.links import check
from approx_build.process.identity import Identity, ProcessState, own_identity
from approx_build.process.locks import LockResult, is_of_one_kernel, try_lock
from approx_build.process.system import open_file_or_folder

OLD_S = 7 * 86400.0
"""The age at which a claim of an unknown writer is abandoned."""


@contextmanager
def claimed(folder: Path, before: str = "", after: str = "") -> Iterator[Path]:
    """A new empty file in `folder`, which must exist; removed at the end if it still exists."""
    path, handle = _claim(folder, before, after)
    try:
        yield path
    finally:
        with suppress(OSError):
            writing.remove(path)
        os.close(handle)


def sweep(folder: Path, after: str = "", nameless: str = "") -> int:
    """Remove the claims in `folder` that end in `after` and whose writers have ended; returns how
    many.

    Files whose names begin with `nameless` and identify no writer are claims of an unknown one.
    """
    swept, place = 0, _Place(folder)
    with suppress(OSError), os.scandir(_checked(folder)) as entries:
        for entry in entries:
            writer = _writer(entry.name, after)
            if entry.name.endswith(after) and (writer or entry.name.startswith(nameless)):
                swept += _swept(Path(entry.path), writer, place)
    return swept


def _checked(folder: Path) -> Path:
    """`folder`; an OSError when a link on the way leads out of its project or store."""
    check(folder)
    return folder


def _claim(folder: Path, before: str, after: str) -> tuple[Path, int]:
    while True:
        path = folder / f"{before}{own_identity()}+{secrets.token_hex(6)}{after}"
        handle = writing.open_new(path)
        try:
            # Another process may have removed it at the same time.
            if try_lock(handle) is not LockResult.BUSY and _is_at(handle, path):
                return path, handle
        except OSError:
            os.close(handle)
            with suppress(OSError):
                writing.remove(path)
            raise
        os.close(handle)


def _writer(name: str, after: str) -> Identity | None:
    """The writer of a claim; None when the name does not identify one."""
    # The last "+" separates the random part; the name of a delivered file may contain dots before
    # it.
    text = name.removesuffix(after).rpartition("+")[0]
    return Identity.parsed(text.rpartition(".")[2])


def _swept(path: Path, writer: Identity | None, place: _Place) -> bool:
    with suppress(OSError):
        # Without following links or waiting: the name may belong to a link or a FIFO of somebody
        # else.
        handle = open_file_or_folder(path)
        try:
            if not _is_abandoned(handle, writer, place):
                return False
            # A claim is a file, so a folder is foreign: it goes only if it is empty.
            writing.remove_folder(path) if path.is_dir() else writing.remove(path)
        finally:
            os.close(handle)
        return True
    return False


def _is_abandoned(handle: int, writer: Identity | None, place: _Place) -> bool:
    held = try_lock(handle)
    # The lock decides first: it is released in every kind of end, even by SIGKILL.
    if held is LockResult.BUSY:
        return False
    if writer is not None and writer.is_of_this_kernel:
        state = writer.state()
        # A free lock under this kernel is proof even if the writer is in another namespace of
        # processes.
        if state is not ProcessState.UNKNOWN or held is LockResult.HELD:
            return state is not ProcessState.ALIVE
    # An identity of another kernel on a local disk: the machine was restarted.
    elif writer is not None and place.is_of_one_kernel():
        return True
    return place.now() - os.fstat(handle).st_mtime > OLD_S


class _Place:
    """The filesystem of a folder: who may use it, and the time that new files get there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._is_of_one_kernel: bool | None = None
        self._now: float | None = None

    def is_of_one_kernel(self) -> bool:
        """Whether only processes under this kernel can be at work there."""
        if self._is_of_one_kernel is None:
            # Cached, because this reads the table of mounts and a sweep may ask for many files.
            self._is_of_one_kernel = is_of_one_kernel(self._folder)
        return self._is_of_one_kernel

    def now(self) -> float:
        """Seconds; minus infinity where nothing can be written, so that nothing is old."""
        if self._now is None:
            self._now = float("-inf")
            # A file written now has the time of the filesystem's clock, which may be that of a
            # server.
            with suppress(OSError), claimed(self._folder) as path:
                with writing.rewritten(path) as file:
                    file.write(b"now")
                self._now = path.stat().st_mtime
        return self._now


def _is_at(handle: int, path: Path) -> bool:
    with suppress(OSError):
        # The name may be gone or belong to a new file while the handle still refers to the removed
        # one.
        return os.path.samestat(os.fstat(handle), os.stat(path))
    return False
