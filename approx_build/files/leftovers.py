"""Leftovers: files that systems and editors create beside the user's files; they are ignored.

Imports nothing: the sweep behind «nothing to do» reads this module too.
"""

from __future__ import annotations

_NAMES = {"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "__macosx", "lost+found"}
_NAMES |= {"$recycle.bin", "system volume information"}


def is_leftover(name: str) -> bool:
    """Whether a file or folder of this name is no part of a project, whatever it holds.

    Hidden ones, among them the companions that a Mac makes of each file (`._name.wav`); the locks
    and copies of editors; the databases and bins of systems.
    """
    return (
        name.startswith((".", "~$"))
        or name.endswith("~")
        or (name.startswith("#") and name.endswith("#"))
        or name.lower() in _NAMES
    )
