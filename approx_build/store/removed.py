"""Removed objects: those that a collection removed from records that stay.

A record without its object is still valid: the object is rebuilt when something reads it. The list
lets the check distinguish removed objects from lost ones.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from approx_build.files.opening import read_bounded
from approx_build.store.drafts import Drafts
from approx_build.store.records import is_damaged, seal, unseal


class Removed:
    """The list at `path`: one digest per line, with a checksum."""

    def __init__(self, path: Path, drafts: Drafts) -> None:
        self.path = path
        self._drafts = drafts

    def digests(self) -> set[str]:
        """The digests on the list; none when it is damaged."""
        with suppress(OSError, ValueError):
            return set((unseal(read_bounded(self.path)) or "").split())
        return set()

    def is_damaged(self) -> bool:
        """Whether the list exists and is damaged."""
        return is_damaged(self.path)

    def replace(self, digests: Collection[str]) -> None:
        """Rewrite the list."""
        if digests or self.path.exists():
            self._drafts.replace(self.path, seal("\n".join(sorted(digests))))
