"""The register of projects: who uses a store, so that nothing they need is removed.

One file for each built piece and one for each project, written once, so concurrent builds need no
order. A project that contains the store is named by its path relative to the store, so that both
can be moved together.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from approx_build.errors import StoreError
from approx_build.files.json_text import parse_json
from approx_build.files.opening import read_bounded
from approx_build.files.writing import remove
from approx_build.store.drafts import Drafts
from approx_build.store.records import seal, unseal

LONGEST_NAME = 255
"""Bytes of the name of a file or folder."""


@dataclass(frozen=True)
class Use:
    """A project that used a store, by its folder, and the score of a piece of it if known."""

    project: Path
    piece: Path | None = None


class Projects:
    """The register under `<root>/projects`."""

    def __init__(self, root: Path, drafts: Drafts) -> None:
        self._root = Path(os.path.abspath(root))
        self._folder = self._root / "projects"
        self._drafts = drafts

    def note(self, use: Use) -> None:
        """Register a use. If the store cannot be written, nothing is registered and nothing can be
        removed.
        """
        places = [os.path.abspath(one) for one in (use.project, use.piece) if one is not None]
        if self._root.is_relative_to(places[0]):
            places = [os.path.relpath(place, self._root) for place in places]
        text = json.dumps(places)
        # Named by the content, so that every build of a project finds its own entry again.
        path = self._folder / sha256(text.encode()).hexdigest()[:16]
        # Most builds are of a registered project, and they need not write.
        if not path.exists():
            with suppress(StoreError):
                self._drafts.replace(path, seal(text))

    def uses(self) -> list[Use]:
        """Every registered use, by path."""
        found = (self._read(path) for path in self._paths())
        return sorted(
            (use for use in found if use), key=lambda use: (use.project, use.piece or Path())
        )

    def damaged(self) -> list[Path]:
        """The damaged entries."""
        return [path for path in self._paths() if self._read(path) is None]

    def forget(self, folder: Path) -> int:
        """Remove the entries of the projects and pieces at or below `folder`; returns how many."""
        forgotten = 0
        for path in self._paths():
            use = self._read(path)
            # By the piece if known, so that one deleted piece can be forgotten without its project.
            if use and (use.piece or use.project).is_relative_to(folder):
                remove(path)
                forgotten += 1
        return forgotten

    def _paths(self) -> Iterator[Path]:
        with suppress(FileNotFoundError):
            yield from sorted(path for path in self._folder.iterdir() if path.name.isalnum())

    def _read(self, path: Path) -> Use | None:
        with suppress(OSError, ValueError, TypeError):
            places = parse_json(unseal(read_bounded(path)) or "")
            if not all(map(_is_path, places)):
                return None
            return Use(*(Path(os.path.normpath(self._root / place)) for place in places))
        return None


def _is_path(place: str) -> bool:
    """Whether a text can be a path; ValueError when the system cannot write it."""
    parts = os.fsencode(place).split(os.fsencode(os.sep))
    return "\0" not in place and max(map(len, parts)) <= LONGEST_NAME
