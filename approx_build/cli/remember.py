"""Remembering a finished render, so that the same command can say at once: nothing to do."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import approx_build
from approx_build.cli.light import state_options
from approx_build.cli.session import Session
from approx_build.execution.uptodate import state_path, write_state

if TYPE_CHECKING:
    from approx_build.execution.built import Built

PACKAGE_SUFFIXES = {".py", ".so", ".dylib", ".dll", ".html", ".css", ".js"}


def remember(
    session: Session, built: Built, files: Mapping[str, str], since_ns: int, said: str
) -> None:
    """Write the state of this render: what it read, what it made, and until when it holds."""
    if session.options.device != "cpu":
        return
    options = state_options(os.path.abspath(session.path), os.path.abspath(session.out))
    store = session.store
    made = {str(session.out / path): built.records[t].digest for path, t in files.items()}
    made |= {
        str(store.objects.path(digest)): digest
        for record in built.records.values()
        for digest in record.outputs.values()
    }
    for path in (session.lock_path, session.out / session.score.slug / "index.html"):
        made[os.path.abspath(path)] = digest_of(path)
    memo = store.memo
    read = {os.path.abspath(path): memo.digest(path) for path in read_files(session)}
    memo.save()
    write_state(
        state_path(os.path.abspath(store.root), options),
        options,
        read,
        made,
        [str(folder) for folder in watched_folders(session)],
        since_ns,
        session.catalog.valid_until(),
        nothing_said(said),
    )


def nothing_said(said: str) -> str:
    """What to say next time: the same levels, and that there is nothing to do."""
    return "\n".join([*said.split("\n")[:-1], "nothing to do"])


def read_files(session: Session) -> Iterator[Path]:
    """Every file of the project and of the package that the render depends on."""
    yield session.path
    for movement in session.score.movements:
        yield session.root / movement.path
    for leaf in session.lowered.graph.leaves.values():
        yield session.root / leaf
    yield from session.catalog.files_read()
    for path in sorted(Path(approx_build.__file__).parent.rglob("*")):
        if path.suffix in PACKAGE_SUFFIXES:
            yield path


def watched_folders(session: Session) -> list[Path]:
    """The folders in which a new or missing file would matter."""
    models = session.root / "models"
    corpora = models / "corpora"
    each = [corpora / name for name in session.catalog.corpus_names]
    return [folder for folder in (models, corpora, *each) if folder.is_dir()]


def digest_of(path: Path) -> str:
    """The SHA-256 of a small file."""
    return sha256(path.read_bytes()).hexdigest()
