"""Where a score stands: the project's folder, paths written in scores, and slugs."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path, PurePosixPath


def project_root(piece: Path) -> Path:
    """The nearest folder above `piece` that has a folder `models`, else the piece's own."""
    folder = Path(os.path.normpath(piece.absolute())).parent
    for candidate in (folder, *folder.parents):
        if (candidate / "models").is_dir():
            return candidate
    return folder


def slug(path: str) -> str:
    """The name results of a score file go by: its stem in a–z, 0–9 and '-'; may be empty."""
    stem = unicodedata.normalize("NFKD", PurePosixPath(path).stem.casefold())
    letters = "".join(letter for letter in stem if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")


def written_path(written: str, beside: Path, root: Path) -> str:
    """A path written in the score `beside`, relative to `root`; ValueError when it leaves it.

    Paths are counted from the file they are written in. Links are followed before they are
    judged.
    """
    if "\\" in written or "\0" in written or re.match(r"[A-Za-z]:", written):
        raise ValueError(f"write paths with '/', from this file's folder (is '{written}')")
    if PurePosixPath(written).is_absolute():
        raise ValueError(f"must be relative to this file's folder (is '{written}')")
    folder = Path(os.path.normpath(beside.absolute().parent / written))
    # Unlike Path.resolve, realpath goes as far as it can along links that form a circle.
    real, real_root = Path(os.path.realpath(folder)), os.path.realpath(root)
    absolute_root = root.absolute()
    if not folder.is_relative_to(absolute_root) or not real.is_relative_to(real_root):
        raise ValueError(f"is outside the project, the folder '{absolute_root.name}'")
    return folder.relative_to(absolute_root).as_posix()
