"""Scratch folders: temporary ones, removed by the last process that works in them.

Each folder has a file that is locked while any of these processes lives: children inherit the open
file and with it the lock. A process that leaves tries to lock the file again; only the last one
succeeds, and removes the folder. If all are killed at once, the next process that makes such a
folder removes it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from approx_build.process.locks import LockResult, try_lock
from approx_build.process.system import is_of_this_user, open_handle

LOCK = ".scratch"
TRIES = 20
"""Time to remove a folder into which an ending process may still write."""

_held: dict[str, int] = {}
"""The scratch folders of this process, each with the handle of its lock."""


@contextmanager
def scratch(prefix: str) -> Iterator[Path]:
    """A new empty folder for the block; abandoned folders with `prefix` are removed first."""
    _sweep(prefix)
    folder = _made(prefix)
    try:
        yield folder
    finally:
        # The block made this folder, so it goes even where locks do not work.
        _leave(folder, {LockResult.HELD, LockResult.NONE})


def held() -> dict[str, int]:
    """The scratch folders of this process with the handles that a child must inherit."""
    return dict(_held)


def join(folders: dict[str, int]) -> None:
    """Join the processes that work in `folders`, by the handles that this process has inherited."""
    _held.update(folders)


def leave_all() -> None:
    """Leave every scratch folder of this process, and remove those that no other process uses."""
    for folder in held():
        # Without locks, the parent may still work in it: only the process that made it removes it
        # then.
        _leave(Path(folder), {LockResult.HELD})


def _leave(folder: Path, which: set[LockResult]) -> None:
    handle = _held.pop(str(folder), None)
    if handle is not None:
        os.close(handle)
        _remove(folder, which)


def _made(prefix: str) -> Path:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix))
        with suppress(FileNotFoundError):
            handle = open_handle(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
            # Another process may have removed it at the same time.
            if try_lock(handle) is not LockResult.BUSY and _is_at(handle, folder / LOCK):
                _held[str(folder)] = handle
                return folder
            os.close(handle)


def _sweep(prefix: str) -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        # Without locks, nothing shows whether another process still works in the folder.
        _remove(folder, {LockResult.HELD})


def _remove(folder: Path, which: set[LockResult]) -> None:
    """Remove a folder when locking it gives one of the results `which`."""
    with suppress(OSError):
        # The temporary folder is shared: a link or another user's folder may have the prefix, too.
        if folder.is_symlink() or not is_of_this_user(folder.stat()):
            return
        handle = open_handle(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if try_lock(handle) not in which:
                return
            # A process that is ending may still create files while the tree is removed.
            for attempt in range(TRIES):
                shutil.rmtree(folder, ignore_errors=True)
                if not folder.exists():
                    return
                time.sleep(0.01 * attempt)
        finally:
            os.close(handle)


def _is_at(handle: int, path: Path) -> bool:
    with suppress(OSError):
        return os.path.samestat(os.fstat(handle), os.stat(path))
    return False
