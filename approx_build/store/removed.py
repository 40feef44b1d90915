"""Removed objects: those that a collection took from records which stay.

A record without its object is as good as before: the object is made again when something reads
it. By the list the check knows them from objects that were lost.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from approx_build.files.opening import read_bounded
from approx_build.store.drafts import Drafts
from approx_build.store.records import is_damaged, seal, unseal


class Removed:
    """The list at `path`, a digest on each line under a checksum."""

    def __init__(self, path: Path, drafts: Drafts) -> None:
        self.path = path
        self._drafts = drafts

    def digests(self) -> set[str]:
        """The digests on the list; none when it is damaged."""
        with suppress(OSError, ValueError):
            return set((unseal(read_bounded(self.path)) or "").split())
        return set()

    def is_damaged(self) -> bool:
        """Whether the list is there and not as it was written."""
        return is_damaged(self.path)

    def replace(self, digests: Collection[str]) -> None:
        """Write the list anew."""
        if digests or self.path.exists():
            self._drafts.replace(self.path, seal("\n".join(sorted(digests))))
