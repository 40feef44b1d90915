"""Projects that use a store: their pieces and locks, and which of them cannot be read now."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from approx_build.files.leftovers import is_leftover
from approx_build.files.links import confine_links
from approx_build.score.paths import project_root
from approx_build.store.projects import Use

PIECES = "pieces"
MODELS = "models"


@dataclass
class Project:
    """A project by its folder, and the scores of its pieces, in `pieces/` or built elsewhere."""

    root: Path
    pieces: set[Path] = field(default_factory=set)

    def locks(self) -> list[Path]:
        """The locks of the pieces, including pieces whose scores are missing."""
        beside = {piece.with_suffix(".lock") for piece in self.pieces}
        return sorted({path for path in beside if path.is_file()}.union(self._all(".lock")))

    def scores(self) -> list[Path]:
        """The scores of all existing pieces."""
        return sorted({path for path in self.pieces if path.is_file()}.union(self._all(".yaml")))

    def _all(self, ending: str) -> set[Path]:
        found = (self.root / PIECES).glob(f"*{ending}")
        return {path for path in found if not is_leftover(path.name)}

    def shown(self, path: Path) -> str:
        """A path of the project, relative to its folder."""
        inside = path.is_relative_to(self.root)
        return path.relative_to(self.root).as_posix() if inside else str(path)


@dataclass(frozen=True)
class Users:
    """The projects that use a store, and the folders and scores that cannot be read now."""

    projects: list[Project]
    unreadable: list[Path]


def users(uses: Iterable[Use], pieces: Iterable[Path], here: Path | None) -> Users:
    """The users of a store: from its register, from finished pieces, and the project `here`.

    A missing score in an existing folder was removed. If the folder is missing, too, the needs of
    the project are unknown: its disk may not be mounted.
    """
    projects: dict[Path, Project] = {}
    unreadable: set[Path] = set()
    every = list(uses)
    of_root: dict[Path, list[Path]] = {}
    for use in every:
        of_root.setdefault(use.project, []).extend([use.piece] if use.piece else [])
    if here is not None and _is_there(here, []):
        of_root.setdefault(here, [])
    for root, known in of_root.items():
        if not _is_there(root, known):
            unreadable.add(root)
            continue
        confine_links(root)
        project = projects.setdefault(root, Project(root))
        for piece in known:
            if os.path.isdir(piece.parent):
                project.pieces.add(piece)
            else:
                unreadable.add(piece)
    for piece in pieces:
        _add_finished(piece, projects, unreadable)
    return Users([projects[root] for root in sorted(projects)], sorted(unreadable))


def _add_finished(piece: Path, projects: dict[Path, Project], unreadable: set[Path]) -> None:
    """A piece that was finished once and whose project may not be in the register."""
    # Its project is reported already.
    if any(piece.is_relative_to(place) for place in unreadable):
        return
    if not os.path.isdir(piece.parent):
        unreadable.add(piece)
    elif os.path.isfile(piece):
        root = project_root(piece)
        confine_links(root)
        projects.setdefault(root, Project(root)).pieces.add(piece)


def _is_there(root: Path, pieces: Iterable[Path]) -> bool:
    """Whether a project can be read; an empty folder may be the mount point of a disk."""
    folders = any(os.path.isdir(root / name) for name in (MODELS, PIECES))
    return folders or any(os.path.isfile(piece) for piece in pieces)
