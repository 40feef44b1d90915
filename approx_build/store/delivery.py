"""Delivery: an object or a text put where the user works with it, whole or not at all.

An object is copied and never linked: whoever edits a render must not reach the object behind it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import file_digest, sha256
from pathlib import Path

from approx_build.errors import StoreError
from approx_build.files.opening import open_regular
from approx_build.store import claims
from approx_build.store.disk import make_folder, plain_words, sync, sync_folder, write_over

BLOCK = 1 << 20
PART = ".part"
LONGEST = 40
"""Letters of a file's name in that of its part, which a name must have room for."""


def deliver(source: Path, digest: str, dest: Path) -> tuple[bool, bool]:
    """Make `dest` a copy of `source` unless it is one: (was written, had the right bytes)."""
    with plain_words(dest):
        sweep(dest)
        if _holds(dest, digest):
            return False, True
        with part_of(dest) as part:
            if not _copied(source, digest, part):
                return False, False
            os.replace(part, dest)
        sync_folder(dest.parent)
    return True, True


def check_folder(folder: Path) -> None:
    """StoreError when nothing can be delivered to `folder`, which need not be there yet."""
    there = next(each for each in (folder, *folder.parents) if each.exists())
    if not there.is_dir():
        raise StoreError(f"{there} is a file, where a folder is needed")
    if not os.access(there, os.W_OK):
        raise StoreError(f"{there} cannot be written; make it writable or use another")


def write(dest: Path, data: bytes) -> bool:
    """Make `data` the content of `dest`, at once; whether it had to be written."""
    with plain_words(dest):
        sweep(dest)
        if _holds(dest, sha256(data).hexdigest()):
            return False
        with part_of(dest) as part:
            write_over(part, data)
            os.replace(part, dest)
        sync_folder(dest.parent)
    return True


def sweep(dest: Path) -> None:
    """Remove the parts that killed deliveries left in the folder of `dest`."""
    claims.sweep(dest.parent, after=PART, nameless=f".{dest.name}.")


@contextmanager
def part_of(dest: Path) -> Iterator[Path]:
    """A new file beside `dest`, to be renamed to it; removed at the end if it is still there."""
    make_folder(dest.parent)
    with claims.claimed(dest.parent, before=f".{dest.name[:LONGEST]}.", after=PART) as part:
        yield part


def _holds(dest: Path, digest: str) -> bool:
    with suppress(FileNotFoundError, NotADirectoryError), open_regular(dest) as file:
        return file_digest(file, sha256).hexdigest() == digest
    return False


def _copied(source: Path, digest: str, part: Path) -> bool:
    """Copy while hashing; False when the source is missing or its bytes are others."""
    found = sha256()
    try:
        reader = open_regular(source)
    except FileNotFoundError:
        return False
    with reader, open(part, "wb") as writer:
        while block := reader.read(BLOCK):
            found.update(block)
            writer.write(block)
        writer.flush()
        sync(writer.fileno())
    return found.hexdigest() == digest
