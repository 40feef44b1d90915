"""Drafts: files under temporary names until they are complete."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from approx_build.store import claims
from approx_build.store.disk import make_folder, replace_file, store_errors, sync_folder, write_over


class Drafts:
    """The folder `root` of drafts, each claimed by its writer."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def new(self) -> Iterator[Path]:
        """A new empty file to overwrite; removed at the end if it still exists."""
        with ExitStack() as stack:
            # Only the claim is inside: errors of the caller's block are about its own files.
            with store_errors(self.root.parent):
                make_folder(self.root)
                path = stack.enter_context(claims.claimed(self.root))
            yield path

    def replace(self, path: Path, data: bytes, synced: bool = True) -> None:
        """Write `data` to `path` atomically: readers see the old file or the new one.

        Unless `synced`, a power cut soon after may restore the old file or leave a damaged one.
        """
        with self.new() as draft, store_errors(path):
            write_over(draft, data, synced)
            make_folder(path.parent)
            replace_file(draft, path)
            if synced:
                sync_folder(path.parent)

    def sweep(self) -> int:
        """Remove the drafts of writers that have ended; returns how many."""
        return claims.sweep(self.root)
