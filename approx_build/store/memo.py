"""The memo: digests of the project's files, believed while their fingerprints are the same.

Only settled fingerprints are kept and believed: a file changed within two seconds of being hashed
could change again without its fingerprint showing it. Losing the memo costs hashing, nothing
else; of two processes that save at once, one is forgotten.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from approx_build.errors import StoreError
from approx_build.files.fingerprint import fingerprint, is_settled
from approx_build.files.opening import read_bounded
from approx_build.files.readlog import Reading, hashed
from approx_build.store.drafts import Drafts
from approx_build.store.records import seal, unseal


class Memo:
    """Digests by path, kept at `path` between runs."""

    def __init__(self, path: Path, drafts: Drafts) -> None:
        self.path = path
        self._drafts = drafts
        self._known: dict[str, tuple[str, str]] | None = None  # path -> fingerprint, digest
        self._is_changed = False

    @classmethod
    def of_store(cls, root: Path) -> Memo:
        """The memo of the store at `root`, which need not be there."""
        return cls(root / "memo.json", Drafts(root / "drafts"))

    def look(self, path: os.PathLike[str] | str) -> Reading:
        """What the file at `path` holds now; OSError when it cannot be read."""
        name, known = os.path.abspath(path), self._load()
        at_ns, found = time.time_ns(), fingerprint(name)
        if name in known and known[name][0] == found and is_settled(found, at_ns):
            return Reading(known[name][1], found, at_ns)
        reading = hashed(name)
        if is_settled(reading.fingerprint, reading.at_ns):
            known[name] = reading.fingerprint, reading.digest
            self._is_changed = True
        return reading

    def forget(self) -> None:
        """Believe nothing that was kept: every file is read again."""
        self._known, self._is_changed = {}, True

    def save(self) -> None:
        """Keep what was learnt; a store that cannot be written keeps nothing, without complaint."""
        if not self._is_changed:
            return
        with suppress(StoreError):
            self._drafts.replace(self.path, seal(json.dumps(self._load())))
        self._is_changed = False

    def _load(self) -> dict[str, tuple[str, str]]:
        if self._known is None:
            self._known = {}
            with suppress(OSError, ValueError, RecursionError):
                self._known = _rows(json.loads(unseal(read_bounded(self.path)) or "{}"))
        return self._known


def _rows(found: Any) -> dict[str, tuple[str, str]]:
    """The rows of a memo that are what rows must be."""
    if not isinstance(found, dict):
        return {}
    return {
        name: (row[0], row[1])
        for name, row in found.items()
        if isinstance(row, list) and len(row) == 2 and all(isinstance(each, str) for each in row)
        if len(row[1]) == 64
    }
