"""Finished renders: what their states in a store record of the piece, its files and objects."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from approx_build.execution.up_to_date import contents
from approx_build.files.writing import remove
from approx_build.score.paths import project_root
from approx_build.store.disk import store_errors
from approx_build.store.projects import Use
from approx_build.store.store import Store

Files = Mapping[str, tuple[str, str]]
"""Path -> fingerprint and digest, as in a state."""

RENDER = "render"
"""The first word of the options in a state of a render."""


@dataclass(frozen=True)
class Delivered:
    """A file as it was delivered: digest, fingerprint, and when the render ended."""

    digest: str
    fingerprint: str
    ended_ns: int

    def is_same(self, path: Path) -> bool:
        """Whether the file was not written since, by its size and modification time."""
        try:
            state = path.stat()
        except OSError:
            return False
        words = self.fingerprint.split(" ", 5)
        if len(words) < 5:  # the render wrote it and took no fingerprint
            return state.st_mtime_ns <= self.ended_ns
        # Without device, inode and change time, which copying or moving a folder changes.
        return [str(state.st_size), str(state.st_mtime_ns)] == words[2:4]


@dataclass(frozen=True)
class Finished:
    """A finished render of `piece` into `out`, from its state at `path`, written at `mtime`.

    `digests` are those of all files in the state; `delivered` the files below `out`.
    """

    path: Path
    mtime: float
    piece: Path
    out: Path
    digests: frozenset[str]
    delivered: Mapping[Path, Delivered]
    is_moved: bool
    """Whether the state names the objects of a store at another path: the store was moved since."""


def finished(store: Path) -> tuple[list[Finished], list[Path]]:
    """The finished renders in the states of a store, the newest first; and damaged states."""
    found, damaged = [], []
    for path in _paths(store / "states"):
        try:
            mtime = path.stat().st_mtime
        except OSError:
            continue
        state = contents(str(path))
        if state is None:
            # A build may have removed or replaced the state since it was listed.
            if path.exists():
                damaged.append(path)
        # Other commands have states, too.
        elif len(state[0]) == 3 and state[0][0] == RENDER:
            found.append(_finished(path, mtime, store, *state))
    return sorted(found, key=lambda one: -one.mtime), damaged


def newest(renders: Sequence[Finished]) -> list[Finished]:
    """The newest of the renders of each piece, of those sorted as `finished` does."""
    last: dict[Path, Finished] = {}
    for one in renders:
        last.setdefault(one.piece, one)
    return list(last.values())


def drop(store: Store, render: Finished) -> None:
    """Remove a state, so that the next render checks everything; its piece stays known."""
    if render.piece.is_file():
        # The state may be the only thing that names the piece as a user of the store.
        store.projects.note(Use(project_root(render.piece), render.piece))
    with store_errors(render.path):
        remove(render.path)


def _paths(folder: Path) -> list[Path]:
    # A name with more than the digits is a draft of a state.
    names = os.listdir(folder) if folder.is_dir() else []
    return [folder / name for name in sorted(names) if name.isalnum()]


def _finished(
    path: Path,
    mtime: float,
    store: Path,
    asked: Sequence[str],
    files: Files,
) -> Finished:
    piece, out = Path(asked[1]), Path(asked[2])
    inside = f"{out}{os.sep}"
    delivered = {
        Path(name): Delivered(digest, found, int(mtime * 1e9))
        for name, (found, digest) in files.items()
        # The second test rejects names that lead out of the folder by "..".
        if name.startswith(inside) and name == os.path.normpath(name)
    }
    digests = {digest for _, digest in files.values()}
    objects = [name for name, (_, digest) in files.items() if name.endswith(_ending(digest))]
    here = f"{os.path.abspath(store)}{os.sep}"
    is_moved = not any(name.startswith(here) for name in objects)
    return Finished(path, mtime, piece, out, frozenset(digests), delivered, is_moved)


def _ending(digest: str) -> str:
    return os.path.join("objects", digest[:2], digest[2:]) if digest else os.devnull
