"""Fingerprints: detect whether a file has changed without reading it.

A fingerprint is a line of text: device, inode, size, times of the last change of the content and of
the inode in nanoseconds, and for a link its target. An edit changes the last time, which no program
can set, unless the edit falls into the same tick of the filesystem's clock. So a fingerprint proves
nothing until its times are two seconds old (git's racy rule). A time in the future proves nothing,
either.

Imports almost nothing, because the fast path uses this module.
"""

from __future__ import annotations

import os

# FAT counts modification times in steps of two seconds.
RACY_NS = 2_000_000_000
GONE = "gone"
"""The fingerprint of a missing file."""
UNKNOWN = ""
"""No fingerprint: equal to that of no file."""
NO_FOLDER = "/"
"""The listing of a missing folder."""
BETWEEN = "\0"
"""Separates the names of a listing."""

# S_IFMT and S_IFLNK of `stat`.
_KIND, _LINK = 0o170000, 0o120000


def fingerprint(path: os.PathLike[str] | str) -> str:
    """The fingerprint of the file at `path`; never an error."""
    try:
        state = os.lstat(path)
        leads_to = ""
        if state.st_mode & _KIND == _LINK:
            # A link that is turned to another file must count as a change, even if that file is
            # old.
            leads_to = f" {os.path.realpath(path)}"
            state = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return GONE
    except OSError as error:
        return f"error {error.errno}"
    return (
        f"{state.st_dev} {state.st_ino} {state.st_size} "
        f"{state.st_mtime_ns} {state.st_ctime_ns}{leads_to}"
    )


def is_fingerprint(found: str) -> bool:
    """Whether this is the fingerprint of an existing file."""
    return changed_ns(found) is not None


def changed_ns(found: str) -> int | None:
    """When the file of a fingerprint changed last; None if the fingerprint has no time."""
    # At most 5 splits: the target of a link may contain spaces.
    words = found.split(" ", 5)
    # The time of the inode, too: a program can set the time of the content back.
    return max(int(words[3]), int(words[4])) if len(words) > 4 else None


def is_settled(found: str, at_ns: int) -> bool:
    """Whether a file with this fingerprint at `at_ns` is unchanged as long as it has it."""
    if found == GONE:
        return True
    last_ns = changed_ns(found)
    return last_ns is not None and last_ns <= at_ns - RACY_NS


def listing(folder: os.PathLike[str] | str) -> str:
    """The names in a folder, sorted: folders end in "/", anything that is no file in "//"."""
    try:
        with os.scandir(folder) as entries:
            return BETWEEN.join(sorted(map(_marked, entries)))
    except OSError:
        return NO_FOLDER


def _marked(entry: os.DirEntry[str]) -> str:
    if entry.is_dir():
        return f"{entry.name}/"
    # No file name contains "/", so the marks are unambiguous.
    return entry.name if entry.is_file() else f"{entry.name}//"
