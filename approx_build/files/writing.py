"""Writing: files and folders are made, renamed and removed here, never through a foreign link.

Each function refuses a path that leads out of its project or store (`files.links`). A link that
somebody creates between this check and the system's call is followed if the call has no option
against it: folders are made and names are changed by their paths. But whoever can write in the
folder at that moment could do the same directly.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import BinaryIO

from approx_build.files.links import check
from approx_build.files.opening import QUIETLY, AnyPath, open_handle


def open_shared(path: AnyPath, mode: int = 0o644) -> int:
    """A regular file, perhaps a new one, open for reading and writing in place."""
    return open_handle(path, os.O_RDWR | os.O_CREAT, mode)


def open_to_append(path: AnyPath, mode: int = 0o644) -> int:
    """A regular file, perhaps a new one, open for writing at its end."""
    return open_handle(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, mode)


def open_new(path: AnyPath, mode: int = 0o666) -> int:
    """A new file; FileExistsError when the name is taken."""
    _check_folder(path)
    # O_EXCL also refuses a link with this name, so only the folder must be checked.
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | QUIETLY, mode)


def rewritten(path: AnyPath) -> BinaryIO:
    """A regular file, perhaps a new one, emptied and open for writing."""
    return open(open_handle(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "wb")


def make_folder(path: AnyPath) -> None:
    """A new folder; FileExistsError when the name is taken."""
    _check_folder(path)
    os.mkdir(path)


def make_folders(path: AnyPath) -> None:
    """A folder and its parents, unless they exist."""
    check(path)
    os.makedirs(path, exist_ok=True)


def replace(source: AnyPath, path: AnyPath) -> None:
    """Rename a file or folder to `path`, replacing a file with that name."""
    _check_folder(source)
    _check_folder(path)
    os.replace(source, path)


def remove(path: AnyPath) -> None:
    """Remove a file or a link, if there is one."""
    _check_folder(path)
    Path(path).unlink(missing_ok=True)


def remove_folder(path: AnyPath) -> None:
    """Remove an empty folder."""
    _check_folder(path)
    os.rmdir(path)


def remove_tree(path: AnyPath) -> None:
    """Remove a folder with its whole content, as far as that is possible; follows no link."""
    _check_folder(path)
    shutil.rmtree(path, ignore_errors=True)


def copy(source: AnyPath, path: AnyPath) -> None:
    """Copy a file or folder with its times; links in it are copied as links."""
    _check_folder(source)
    check(path)
    if os.path.isdir(source) and not os.path.islink(source):
        shutil.copytree(source, path, symlinks=True)
    else:
        shutil.copy2(source, path, follow_symlinks=False)


def _check_folder(path: AnyPath) -> None:
    """Check only the folder, because the functions that change names act on a link itself."""
    check(os.path.dirname(os.path.abspath(path)))
