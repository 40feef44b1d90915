"""The search path for modules, of this process and of its children: without the working folder.

Python puts the working folder first for `-m` and `-c`, so a file `json.py` in a downloaded project
would run as part of this program. This module is imported before everything else, without `from
__future__`, which could come from the working folder, too.
"""

import os
import sys


def leave_working_folder() -> None:
    """Remove the working folder from this process's path, unless the package is in it."""
    sys.path[:] = without_working_folder(sys.path)


def without_working_folder(path: list[str]) -> list[str]:
    """`path` without the working folder; as an absolute path if the package is in it."""
    try:
        folder = os.getcwd()
        here = os.stat(folder)
    except OSError:
        return [entry for entry in path if entry]
    # A clone that is not installed is run from its own folder: without it nothing could be
    # imported.
    if _is(home(), here) or _is_library(folder, here):
        return [entry or folder for entry in path]
    return [entry for entry in path if not _is(entry or folder, here)]


def home() -> str:
    """The folder that this package was imported from."""
    return os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def _is(entry: str, folder: os.stat_result) -> bool:
    try:
        return os.path.samestat(os.stat(entry), folder)
    except (OSError, ValueError):
        return False


def _is_library(folder: str, here: os.stat_result) -> bool:
    """Whether modules are installed in a folder: the standard library, or packages of pip."""
    names = ("site-packages", "dist-packages", "lib-dynload")
    return os.path.basename(folder) in names or _is(os.path.dirname(os.__file__), here)
