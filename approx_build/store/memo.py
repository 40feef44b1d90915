"""The memo: cached digests of the project's files, valid while their fingerprints are the same.

Only settled fingerprints are cached and trusted: a file that changed within two seconds of being
hashed could change again with the same fingerprint. Losing the memo costs hashing, nothing else; of
two processes that save at the same time, one loses its entries.
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
from approx_build.files.json_text import parse_json
from approx_build.files.opening import read_bounded
from approx_build.files.readlog import Reading, hashed
from approx_build.store.drafts import Drafts
from approx_build.store.records import seal, unseal


class Memo:
    """Digests by path, saved at `path` between runs."""

    def __init__(self, path: Path, drafts: Drafts) -> None:
        self.path = path
        self._drafts = drafts
        self._known: dict[str, tuple[str, str]] | None = None  # path -> fingerprint, digest
        self._is_changed = False

    @classmethod
    def of_store(cls, root: Path) -> Memo:
        """The memo of the store at `root`, which may not exist."""
        return cls(root / "memo.json", Drafts(root / "drafts"))

    def look(self, path: os.PathLike[str] | str) -> Reading:
        """What the file at `path` contains now; OSError when it cannot be read."""
        name, known = os.path.abspath(path), self._load()
        # The clock first: read later, it could make a young fingerprint look settled.
        at_ns, found = time.time_ns(), fingerprint(name)
        # A young fingerprint proves nothing, so such a file is hashed however often it is read.
        if name in known and known[name][0] == found and is_settled(found, at_ns):
            return Reading(known[name][1], found, at_ns)
        reading = hashed(name)
        if is_settled(reading.fingerprint, reading.at_ns):
            known[name] = reading.fingerprint, reading.digest
            self._is_changed = True
        return reading

    def forget(self) -> None:
        """Forget all cached digests: every file is read again."""
        # Counts as changed, so that the saved file loses its digests, too.
        self._known, self._is_changed = {}, True

    def save(self) -> None:
        """Save new digests; if the store cannot be written, they are lost silently."""
        if not self._is_changed:
            return
        with suppress(StoreError):
            self._drafts.replace(self.path, seal(json.dumps(self._load())))
        self._is_changed = False

    def _load(self) -> dict[str, tuple[str, str]]:
        if self._known is None:
            self._known = {}
            with suppress(OSError, ValueError):
                self._known = _rows(parse_json(unseal(read_bounded(self.path)) or "{}"))
        return self._known


def _rows(found: Any) -> dict[str, tuple[str, str]]:
    """The valid rows of a memo."""
    if not isinstance(found, dict):
        return {}
    return {
        name: (row[0], row[1])
        for name, row in found.items()
        if isinstance(row, list) and len(row) == 2 and all(isinstance(each, str) for each in row)
        if len(row[1]) == 64
    }
