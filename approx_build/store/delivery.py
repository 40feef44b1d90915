"""Delivery: an object copied out of the store to where the user works with it.

Always a copy, never a link: whoever edits a render must not reach the object behind it.
"""

from __future__ import annotations

import os
import secrets
import time
from contextlib import suppress
from hashlib import file_digest, sha256
from pathlib import Path

from approx_build.store.disk import make_folder, plain_words, sync_folder
from approx_build.store.drafts import YOUNG_S

BLOCK = 1 << 20
PART = ".part"


def deliver(source: Path, digest: str, dest: Path) -> tuple[bool, bool]:
    """Make `dest` a copy of `source` unless it is one: (was written, had the right bytes)."""
    with plain_words(dest):
        if _holds(dest, digest):
            return False, True
        make_folder(dest.parent)
        _sweep(dest)
        part = dest.parent / f".{dest.name}.{secrets.token_hex(8)}{PART}"
        try:
            if not _copied(source, digest, part):
                return False, False
            os.replace(part, dest)
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)
        sync_folder(dest.parent)
    return True, True


def _holds(dest: Path, digest: str) -> bool:
    with suppress(FileNotFoundError, NotADirectoryError), open(dest, "rb") as file:
        return file_digest(file, sha256).hexdigest() == digest
    return False


def _copied(source: Path, digest: str, part: Path) -> bool:
    """Copy while hashing; False when the source is missing or its bytes are others."""
    found = sha256()
    try:
        reader = open(source, "rb")  # noqa: SIM115
    except FileNotFoundError:
        return False
    with reader, open(part, "xb") as writer:
        while block := reader.read(BLOCK):
            found.update(block)
            writer.write(block)
        writer.flush()
        os.fsync(writer.fileno())
    return found.hexdigest() == digest


def _sweep(dest: Path) -> None:
    """Remove the parts that killed deliveries of `dest` left."""
    for part in dest.parent.glob(f".{_literal(dest.name)}.*{PART}"):
        with suppress(OSError):
            if time.time() - part.stat().st_mtime > YOUNG_S:
                part.unlink()


def _literal(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)
