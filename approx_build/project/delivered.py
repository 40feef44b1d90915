"""Delivered files: what a render put into the project, and what it found right there."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from approx_build.files.fingerprint import fingerprint
from approx_build.files.readlog import UNPROVEN, Reading
from approx_build.store.delivery import holds, write

if TYPE_CHECKING:
    from approx_build.store.objects import Objects


@dataclass
class Delivered:
    """Files under `folder`: those that had to be written, and what each must hold."""

    folder: Path
    written: list[str] = field(default_factory=list)
    readings: dict[str, Reading] = field(default_factory=dict)

    def copy(self, path: str, objects: Objects, digest: str) -> None:
        """Put an object at `path`."""
        dest, at_ns = self.folder / path, time.time_ns()
        before = fingerprint(dest)
        self._note(path, Reading(digest, before, at_ns), objects.materialise(digest, dest))

    def write(self, path: str, data: bytes) -> None:
        """Put a text at `path`."""
        dest, at_ns = self.folder / path, time.time_ns()
        before = fingerprint(dest)
        self._note(path, Reading(sha256(data).hexdigest(), before, at_ns), write(dest, data))

    def derive(self, path: str, digest: str, make: Callable[[], bytes]) -> str:
        """Put what `make` gives at `path`, unless the file there has `digest`; its digest."""
        dest, at_ns = self.folder / path, time.time_ns()
        before = fingerprint(dest)
        if digest and holds(dest, digest):
            self._put(dest, Reading(digest, before, at_ns))
            return digest
        data = make()
        self.write(path, data)
        return sha256(data).hexdigest()

    def note(self, path: Path, data: bytes) -> None:
        """A file that was just written elsewhere, wherever it is."""
        # The fingerprint was taken after the writing, so it may belong to a later edit.
        self._put(path, Reading(sha256(data).hexdigest(), fingerprint(path), UNPROVEN))

    def _note(self, path: str, found: Reading, is_new: bool) -> None:
        dest = self.folder / path
        if is_new:
            self.written.append(path)
            # Somebody may have written to it since it was delivered: the fast path hashes it.
            found = Reading(found.digest, fingerprint(dest), UNPROVEN)
        self._put(dest, found)

    def _put(self, path: Path, found: Reading) -> None:
        self.readings[os.path.abspath(path)] = found
