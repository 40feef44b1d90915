"""Paths of scores: the project's folder, paths written in scores, and slugs."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path, PurePosixPath

from approx_build.files.links import check
from approx_build.files.names import normal, on_disk


def project_root(piece: Path) -> Path:
    """The nearest folder above `piece` that has a folder `models`, else the piece's own."""
    folder = Path(os.path.normpath(piece.absolute())).parent
    for candidate in (folder, *folder.parents):
        if (candidate / "models").is_dir():
            return candidate
    return folder


def slug(path: str) -> str:
    """The name results of a score file go by: its stem in a–z, 0–9 and '-'; may be empty."""
    # Decomposed, so that `é` becomes an `e` and an accent, which is left out.
    stem = unicodedata.normalize("NFKD", PurePosixPath(path).stem.casefold())
    letters = "".join(letter for letter in stem if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")


def written_path(written: str, beside: Path, root: Path) -> str:
    """A path written in the score `beside`, relative to `root`, in NFC; ValueError if it leaves it.

    Paths are counted from the file they are written in, and may pass links as all that is read.
    """
    # A score must mean the same on every system: on Windows these are other folders or disks.
    if "\\" in written or "\0" in written or re.match(r"[A-Za-z]:", written):
        raise ValueError(f"write paths with '/', from this file's folder (is '{written}')")
    if PurePosixPath(written).is_absolute():
        raise ValueError(f"must be relative to this file's folder (is '{written}')")
    # Without following links: `check` decides about those.
    folder = Path(on_disk(os.path.normpath(beside.absolute().parent / written)))
    absolute_root = root.absolute()
    if not folder.is_relative_to(absolute_root):
        raise ValueError(f"is outside the project, the folder '{absolute_root.name}'")
    try:
        check(folder)
    except OSError as error:
        raise ValueError(f"is outside the project: {error.strerror}") from None
    return normal(folder.relative_to(absolute_root).as_posix())
