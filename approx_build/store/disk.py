"""Writing so that a crash leaves the old or the new, and saying plainly what a disk refuses."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from approx_build.errors import ApproxError, StoreError, reason

try:
    import fcntl
except ImportError:  # not a POSIX system
    fcntl = None  # type: ignore[assignment]

FULL = {errno.ENOSPC, errno.EDQUOT}
REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}
FULL_SYNC: int | None = getattr(fcntl, "F_FULLFSYNC", None)
"""How macOS is told to write through the cache of a disk; None elsewhere."""
DAMAGED = ".damaged"
"""Ends the name of what was set aside, perhaps with a number."""
NEARLY_FULL = 1 << 16
"""Bytes: with less than this free, a failed write is put down to the disk."""


def refusal(error: OSError, path: os.PathLike[str] | str) -> StoreError:
    """`error`, met while working on `path`, in plain words."""
    if error.errno in FULL:
        return StoreError(
            f"the disk is full: {path} could not be written; "
            "free some space and run again (finished steps are kept)"
        )
    why = reason(error)
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return StoreError(f"{_nearest(Path(path))} is a file, where a folder is needed")
    if error.errno in REFUSED:
        return StoreError(f"{path} cannot be written ({why}); make it writable or use another")
    return StoreError(f"{path}: {why}")


@contextmanager
def plain_words(path: os.PathLike[str] | str) -> Iterator[None]:
    """Turn an OSError of the block into a StoreError about `path`."""
    try:
        yield
    except OSError as error:
        raise refusal(error, path) from error


@contextmanager
def blaming_a_full_disk(folder: Path) -> Iterator[None]:
    """Say that the disk is full when the block fails because of it.

    A library that writes the file (libsndfile, safetensors) may hide the reason, so a disk with
    next to nothing free is believed to be it.
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


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` survive a power cut, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        sync(handle)
    except OSError as error:
        # Some network and FUSE filesystems cannot sync a folder; they order it themselves.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """Make `folder` and those above it, and make a new name survive a power cut."""
    if not folder.is_dir():
        make_folder(folder.parent)
        with suppress(FileExistsError):
            folder.mkdir()
        sync_folder(folder.parent)


def clear(path: Path) -> None:
    """Remove the file at `path`; a folder that is in its place gets another name, if not empty."""
    with plain_words(path):
        if not path.is_dir() or path.is_symlink():
            path.unlink(missing_ok=True)
            return
        try:
            path.rmdir()
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            os.rename(path, path.with_name(f"{path.name}.folder-{secrets.token_hex(4)}"))


def replace_file(draft: Path, path: Path) -> None:
    """Rename `draft` to `path`; a folder that is in its place is cleared first."""
    try:
        os.replace(draft, path)
    except OSError:
        if not path.is_dir() or path.is_symlink():
            raise
        clear(path)
        os.replace(draft, path)


def write_over(path: Path, data: bytes, synced: bool = True) -> None:
    """Make `data` the content of the file at `path` and, when `synced`, write it to the disk."""
    with open(path, "wb") as file:
        file.write(data)
        if synced:
            file.flush()
            sync(file.fileno())


def sync(handle: int) -> None:
    """Make the content of an open file survive a power cut.

    On macOS `fsync` leaves it in the cache of the disk; there F_FULLFSYNC empties that too.
    """
    if FULL_SYNC is not None:
        try:
            fcntl.fcntl(handle, FULL_SYNC)
        except OSError as error:
            # Filesystems that cannot do this, such as network ones, can do the plain sync.
            if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.ENOTTY, errno.ENODEV):
                raise
        else:
            return
    os.fsync(handle)


def set_aside(path: Path, name: str = "") -> Path:
    """Rename what is at `path`, a file or a folder, to `name` or its own name with an ending.

    Returns the new path. A rename in one folder needs no right to read what is renamed.
    StoreError when the disk refuses.
    """
    first = path.with_name(name or path.name + DAMAGED)
    others = (first.with_name(f"{first.name}-{number}") for number in count(2))
    other = first
    while os.path.lexists(other):
        other = next(others)
    with plain_words(path):
        os.rename(path, other)
        sync_folder(path.parent)
    return other


def _nearest(path: Path) -> Path:
    """The nearest of `path` and what is above it that exists and is no folder."""
    return next((each for each in (path, *path.parents) if each.is_file()), path)


def _is_full(folder: Path) -> bool:
    if not hasattr(os, "statvfs"):
        return False
    with suppress(OSError):
        state = os.statvfs(folder)
        return state.f_bavail * state.f_frsize < NEARLY_FULL
    return False
