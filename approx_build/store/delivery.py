"""Delivery: writes an object or a text to a folder of the user, completely or not at all.

Objects are copied, never linked, so that editing a render cannot change the object.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import file_digest, sha256
from pathlib import Path

from approx_build.errors import StoreError
from approx_build.files.links import check
from approx_build.files.opening import open_regular
from approx_build.files.writing import rewritten
from approx_build.store import claims
from approx_build.store.disk import (
    check_length,
    make_folder,
    replace_file,
    store_errors,
    sync,
    sync_folder,
    write_over,
)

BLOCK = 1 << 20
PART = ".part"
LONGEST = 40
"""Length of the part of a file's name that its temporary name contains; a name must leave room for
it.
"""
TEMPORARY = LONGEST + 110
"""Length that no temporary name exceeds."""


def deliver(source: Path, digest: str, dest: Path) -> tuple[bool, bool]:
    """Make `dest` a copy of `source` unless it is one: (was written, had the right bytes)."""
    with store_errors(dest):
        check(dest)
        sweep(dest)
        # Not written again: its times would change, and with them the state of the fast path.
        if holds(dest, digest):
            return False, True
        with part_of(dest) as part:
            # Hashed during the copy, so that damage between two readings cannot be delivered.
            if not _copied(source, digest, part):
                return False, False
            replace_file(part, dest)
        sync_folder(dest.parent)
    return True, True


def check_folder(folder: Path, names: Iterable[str] = ()) -> None:
    """StoreError when `folder`, which may not exist yet, cannot be written with files `names`."""
    with store_errors(folder):
        check(folder)
    for name in names:
        dest = folder.absolute() / name
        check_length(dest, more=max(0, TEMPORARY - len(dest.name)))
    # Nothing is created here, so the nearest existing folder decides whether the rest can be.
    there = next(each for each in (folder, *folder.parents) if each.exists())
    if not there.is_dir():
        raise StoreError(f"{there} is a file, but must be a folder")
    if not os.access(there, os.W_OK):
        raise StoreError(f"{there} cannot be written; make it writable or use another")


def write(dest: Path, data: bytes) -> bool:
    """Write `data` to `dest` atomically; returns whether it had to be written."""
    with store_errors(dest):
        check(dest)
        sweep(dest)
        # As in `deliver`: an unchanged file keeps its times.
        if holds(dest, sha256(data).hexdigest()):
            return False
        with part_of(dest) as part:
            write_over(part, data)
            replace_file(part, dest)
        sync_folder(dest.parent)
    return True


def sweep(dest: Path) -> None:
    """Remove the temporary files that killed deliveries left in the folder of `dest`."""
    claims.sweep(dest.parent, after=PART, nameless=f".{dest.name}.")


@contextmanager
def part_of(dest: Path) -> Iterator[Path]:
    """A new file beside `dest`, to be renamed to it; removed at the end if it still exists."""
    # The part must be on the filesystem of `dest`: only there is a rename atomic.
    make_folder(dest.parent)
    with claims.claimed(dest.parent, before=f".{dest.name[:LONGEST]}.", after=PART) as part:
        yield part


def holds(dest: Path, digest: str) -> bool:
    """Whether the file at `dest` is there and has `digest`."""
    with (
        suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError),
        open_regular(dest) as file,
    ):
        return file_digest(file, sha256).hexdigest() == digest
    return False


def _copied(source: Path, digest: str, part: Path) -> bool:
    """Copy while hashing; False when the source is missing or has other bytes."""
    found = sha256()
    try:
        reader = open_regular(source)
    except FileNotFoundError:
        return False
    with reader, rewritten(part) as writer:
        while block := reader.read(BLOCK):
            found.update(block)
            writer.write(block)
        writer.flush()
        # The bytes go to the disk before the rename, so a power cut leaves the old file or the new
        # one.
        sync(writer.fileno())
    return found.hexdigest() == digest
