"""Leftovers: files that systems and editors create beside the user's files; they are ignored.

Imports nothing, because the fast path also uses this module.
"""

from __future__ import annotations

_NAMES = {"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "__macosx", "lost+found"}
_NAMES |= {"$recycle.bin", "system volume information"}


def is_leftover(name: str) -> bool:
    """Whether the name shows that a file or folder is no part of a project.

    Hidden files, including the companions that a Mac creates for each file (`._name.wav`); locks
    and copies of editors; databases and bins of systems.
    """
    return (
        name.startswith((".", "~$"))
        or name.endswith("~")
        or (name.startswith("#") and name.endswith("#"))
        or name.lower() in _NAMES
    )
