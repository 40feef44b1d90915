"""Writes that a crash leaves complete or undone, and plain messages for refusals of a disk."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from approx_build.errors import ApproxError, StoreError, reason
from approx_build.files import writing
from approx_build.process import system
from approx_build.process.system import sync, sync_folder

__all__ = [
    "check_length",
    "clear",
    "make_folder",
    "refusal",
    "replace_file",
    "reporting_full_disk",
    "set_aside",
    "store_errors",
    "sync",
    "sync_folder",
    "write_over",
]

FULL = {errno.ENOSPC, errno.EDQUOT}
REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}
DAMAGED = ".damaged"
"""Ends the name of what was set aside, perhaps with a number."""
NEARLY_FULL = 1 << 16
"""Bytes: with less free space than this, a failed write counts as a full disk."""


def refusal(error: OSError, path: os.PathLike[str] | str) -> StoreError:
    """`error`, raised while working on `path`, as a plain message."""
    if error.errno in FULL:
        return StoreError(
            f"the disk is full: {path} could not be written; "
            "free some space and run again (finished steps are kept)"
        )
    why = reason(error)
    # The path in the error is often a file below the one that is in the way.
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return StoreError(f"{_nearest(Path(path))} is a file, but must be a folder")
    if error.errno in REFUSED:
        return StoreError(f"{path} cannot be written ({why}); make it writable or use another")
    return StoreError(f"{path}: {why}")


@contextmanager
def store_errors(path: os.PathLike[str] | str) -> Iterator[None]:
    """Turn an OSError of the block into a StoreError about `path`."""
    try:
        yield
    except OSError as error:
        raise refusal(error, path) from error


@contextmanager
def reporting_full_disk(folder: Path) -> Iterator[None]:
    """Report a full disk when the block fails because of it.

    A library that writes the file (libsndfile, safetensors) may hide the reason, so a disk with
    almost no free space counts as full.
    """
    try:
        yield
    except ApproxError:
        raise
    except OSError as error:
        if error.errno in FULL or _is_full(folder):
            raise refusal(OSError(errno.ENOSPC, ""), folder) from error
        raise
    except Exception as error:
        if _is_full(folder):
            raise refusal(OSError(errno.ENOSPC, ""), folder) from error
        raise


def check_length(path: Path, more: int = 0) -> None:
    """StoreError when an absolute path, with `more` characters, is longer than allowed."""
    if excess := system.excess_length(path, more):
        raise StoreError(
            f"{path}: too long by {excess} for the {system.LONGEST_PATH} characters that Windows "
            "allows; use a folder nearer to the drive, or turn on long paths (LongPathsEnabled)"
        )


def make_folder(folder: Path) -> None:
    """Make `folder` and its parents, and make the new names survive a power cut."""
    if not folder.is_dir():
        make_folder(folder.parent)
        # Another process may make the same folder at this moment.
        with suppress(FileExistsError):
            writing.make_folder(folder)
        sync_folder(folder.parent)


def clear(path: Path) -> None:
    """Remove the file at `path`; a folder with that name is renamed if it is not empty."""
    with store_errors(path):
        if not path.is_dir() or path.is_symlink():
            writing.remove(path)
            return
        try:
            writing.remove_folder(path)
        except OSError as error:
            # POSIX lets a system report either for a folder that is not empty.
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            writing.replace(path, path.with_name(f"{path.name}.folder-{secrets.token_hex(4)}"))


def replace_file(draft: Path, path: Path) -> None:
    """Rename `draft` to `path`; a folder that is in its place is cleared first."""
    try:
        writing.replace(draft, path)
    except OSError:
        if not path.is_dir() or path.is_symlink():
            raise
        clear(path)
        writing.replace(draft, path)


def write_over(path: Path, data: bytes, synced: bool = True) -> None:
    """Write `data` to the file at `path` and, when `synced`, flush it to the disk."""
    with writing.rewritten(path) as file:
        file.write(data)
        if synced:
            file.flush()
            sync(file.fileno())


def set_aside(path: Path, name: str = "") -> Path:
    """Rename what is at `path`, a file or a folder, to `name` or its own name with an ending.

    Returns the new path. A rename in one folder needs no right to read what is renamed.
    StoreError when the disk refuses.
    """
    first = path.with_name(name or path.name + DAMAGED)
    others = (first.with_name(f"{first.name}-{number}") for number in count(2))
    other = first
    # `lexists`, because a rename would also replace a broken link.
    while os.path.lexists(other):
        other = next(others)
    with store_errors(path):
        writing.replace(path, other)
        sync_folder(path.parent)
    return other


def _nearest(path: Path) -> Path:
    """The nearest of `path` and its parents that exists and is no folder."""
    return next((each for each in (path, *path.parents) if each.is_file()), path)


def _is_full(folder: Path) -> bool:
    # Windows has no `statvfs`; there only the error itself can report a full disk.
    if not hasattr(os, "statvfs"):
        return False
    with suppress(OSError):
        state = os.statvfs(folder)
        # `f_bavail`, not `f_bfree`: blocks reserved for root do not help this process.
        return state.f_bavail * state.f_frsize < NEARLY_FULL
    return False
