"""The memo: digests of the project's files, known again by size, times and inode.

A file changed within two seconds of being hashed could change again without its times showing
it (git's racy rule), so its digest is used but not remembered. Losing the memo costs hashing,
nothing else; of two processes that save at once, one is forgotten.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from hashlib import file_digest, sha256
from pathlib import Path

from approx_build.errors import StoreError
from approx_build.store.drafts import Drafts
from approx_build.store.seal import seal, unseal

RACY_NS = 2_000_000_000

Stat = tuple[int, int, int, int]


class Memo:
    """Digests by path, kept at `path` between runs."""

    def __init__(self, path: Path, drafts: Drafts) -> None:
        self.path = path
        self._drafts = drafts
        self._known: dict[str, tuple[Stat, str]] | None = None
        self._is_changed = False

    def digest(self, path: os.PathLike[str] | str) -> str:
        """The SHA-256 of the file at `path`; StoreError when it cannot be read."""
        return self.look(path)[0]

    def look(self, path: os.PathLike[str] | str) -> tuple[str, Stat]:
        """The SHA-256 of the file at `path`, and its size, times and inode before it was read."""
        name = os.path.abspath(path)
        known = self._load()
        try:
            found = stat(name)
            if name in known and known[name][0] == found:
                return known[name][1], found
            now_ns = time.time_ns()
            with open(name, "rb") as file:
                digest = file_digest(file, sha256).hexdigest()
            is_still = stat(name) == found
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise StoreError(f"{os.fspath(path)} cannot be read: {reason}") from error
        if is_still and now_ns - max(found[1:3]) >= RACY_NS:
            known[name] = found, digest
            self._is_changed = True
        return digest, found

    def save(self) -> None:
        """Keep what was learnt; a store that cannot be written keeps nothing, without complaint."""
        if not self._is_changed:
            return
        rows = {name: [*state, digest] for name, (state, digest) in self._load().items()}
        with suppress(StoreError):
            self._drafts.replace(self.path, seal(json.dumps(rows)))
        self._is_changed = False

    def _load(self) -> dict[str, tuple[Stat, str]]:
        if self._known is None:
            self._known = {}
            with suppress(OSError, ValueError, TypeError, AttributeError):
                rows = json.loads(unseal(self.path.read_bytes()) or "{}")
                self._known = {
                    name: ((size, mtime, ctime, inode), digest)
                    for name, (size, mtime, ctime, inode, digest) in rows.items()
                }
        return self._known


def stat(path: os.PathLike[str] | str) -> Stat:
    """Size, time of change, time of inode change (both nanoseconds) and inode of a file."""
    state = os.stat(path)
    return state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino
