"""Remembering a finished render, so that the same command can say at once: nothing to do."""

from __future__ import annotations

import inspect
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import approx_build
from approx_build.execution.up_to_date import state_options, state_path, write_state
from approx_build.files.fingerprint import (
    BETWEEN,
    UNKNOWN,
    fingerprint,
    is_settled,
    listing,
)
from approx_build.files.names import on_disk
from approx_build.files.readlog import Reading
from approx_build.process.start import imported_ns
from approx_build.project.delivered import Delivered
from approx_build.project.piece import Piece
from approx_build.store.delivery import PART
from approx_build.visible import Lines

if TYPE_CHECKING:
    from approx_build.execution.result import Built
    from approx_build.store.memo import Memo

PACKAGE_SUFFIXES = (".py", ".so", ".dylib", ".dll", ".html", ".css", ".js")


@dataclass(frozen=True)
class Package:
    """The files of this package as they were before a render, by path with their fingerprints."""

    files: Mapping[str, str]

    @classmethod
    def now(cls) -> Package:
        """As they are now."""
        return cls({path: fingerprint(path) for path in package_files()})

    def readings(self, memo: Memo) -> dict[str, Reading] | None:
        """What the files hold; None when Python may have imported something else."""
        # A module that was edited after the import is not the one that made this sound.
        since_ns = imported_ns()
        if not all(is_settled(each, since_ns) for each in self.files.values()):
            return None
        try:
            # Listed again: a new module may have been imported during the render.
            found = {path: memo.look(path) for path in package_files()}
        except OSError:
            return None
        # A file that was edited during the render may have been imported in either version.
        is_same = {path: each.fingerprint for path, each in found.items()} == self.files
        return found if is_same else None


def remember(
    piece: Piece, built: Built, delivered: Delivered, package: Package, levels: Sequence[str]
) -> None:
    """Write the state of this render: what it read, what it made, and until when it holds.

    The next render says `levels`, a line for each movement, and that there is nothing to do.
    """
    sources = package.readings(piece.memo)
    for leaf in piece.lowered.graph.leaves.values():
        piece.log.note(on_disk(piece.root / leaf))
    piece.memo.save()
    # The fast path answers for a plain `render PIECE` only, which draws on the CPU.
    if piece.settings.device != "cpu" or sources is None or not piece.log.is_consistent:
        return
    options = state_options(os.path.abspath(piece.path), os.path.abspath(piece.out))
    write_state(
        state_path(str(piece.store.root), options),
        options,
        {**objects(piece, built), **delivered.readings, **sources, **piece.log.files}
        | foreign_sources(),
        {**without_parts(delivered), **piece.log.folders},
        (piece.catalog.today.isoformat(), piece.catalog.consents.valid_until()),
        Lines.of([*levels, "nothing to do"]),
    )


def without_parts(delivered: Delivered) -> dict[str, str]:
    """The listings of the folders of delivered files, as they are without parts of such files.

    A part that a killed builder leaves there is seen by the sweep, and the full command, which
    that leads to, removes it.
    """
    folders = sorted({os.path.dirname(path) for path in delivered.readings})
    return {folder: BETWEEN.join(_lasting(listing(folder))) for folder in folders}


def _lasting(names: str) -> Iterator[str]:
    return (each for each in names.split(BETWEEN) if not (each[:1] == "." and each.endswith(PART)))


def objects(piece: Piece, built: Built) -> dict[str, Reading]:
    """The objects of what was built, by path."""
    store, at_ns = piece.store.objects, time.time_ns()
    every = {digest for record in built.records.values() for digest in record.outputs.values()}
    return {
        str(store.path(digest)): Reading(digest, store.fingerprint_of(digest), at_ns)
        for digest in sorted(every)
    }


def package_files() -> Iterator[str]:
    """The files of this package that a render may depend on."""
    for folder, folders, names in os.walk(Path(approx_build.__file__).parent):
        # In place, so that `os.walk` does not enter them: Python writes them when it likes.
        folders[:] = [name for name in folders if name != "__pycache__"]
        yield from (os.path.join(folder, name) for name in names if name.endswith(PACKAGE_SUFFIXES))


def foreign_sources() -> dict[str, Reading]:
    """The sources of operations and ways of other packages, as they stand in keys."""
    from approx_build.ops.base import OPS
    from approx_build.registry import is_foreign, source_digest
    from approx_build.ways.base import WAYS

    every: list[type] = [*OPS, *WAYS]
    foreign = filter(is_foreign, every)
    found = {inspect.getsourcefile(one): source_digest(one) for one in foreign}
    at_ns = time.time_ns()
    return {
        # UNKNOWN: when Python read the file is not known, so the fast path hashes it.
        os.path.abspath(path): Reading(digest, UNKNOWN, at_ns)
        for path, digest in found.items()
        if path
    }
