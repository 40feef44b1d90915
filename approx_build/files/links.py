"""Links: detects symbolic links that lead out of a project or a store.

`confine_links` makes a project, a store or a folder for results a fence. A path below a fence may
contain a link only if it leads to a place below the same fence, or into a folder that the user
allowed (`project.allowed`). Links above a fence belong to the user. `place` and `check` decide for
everything that is read and written; paths that are below no fence are not checked.

Where the system can open a file relative to an open folder, `place` keeps the folders on the way
open, so that a link that somebody creates meanwhile is not followed. Imports almost nothing,
because the fast path uses this module.
"""

from __future__ import annotations

import errno
import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

AnyPath = os.PathLike[str] | str

_FOLDER = os.O_RDONLY
for _name in ("O_DIRECTORY", "O_NOFOLLOW", "O_CLOEXEC", "O_PATH"):
    _FOLDER |= getattr(os, _name, 0)
CAN_HOLD = hasattr(os, "O_NOFOLLOW") and {os.open, os.stat} <= os.supports_dir_fd
"""Whether files can be opened relative to an open folder. Windows cannot: there links are looked
for before a file is opened.
"""
NOT_THERE = {errno.ENOENT, errno.ENOTDIR}
JUNCTION = 0xA0000003
"""The kind of folder link that Windows has besides symbolic links."""

_fences: dict[str, str] = {}
"""Folder -> its real path."""
_allowed: list[str] = []
"""The real paths of folders into which links may lead."""


class LinkError(OSError):
    """A link leads out of its fence."""

    def __init__(self, path: AnyPath, link: str, leads_to: str, left: str) -> None:
        # Imported only for an error: the fast path loads this module.
        from shlex import quote

        folder = leads_to if os.path.isdir(leads_to) else os.path.dirname(leads_to)
        self.link, self.leads_to = link, leads_to
        words = f"{link} is a link to {leads_to}, which is not in {left}; if you trust it: "
        super().__init__(errno.ELOOP, f"{words}approx-build allow {quote(folder)}", os.fspath(path))


def confine_links(project: AnyPath, *others: AnyPath) -> None:
    """Let no link below a project lead out of it, nor out of a store or folder that is elsewhere.

    Those of `others` that are in the project are part of it.
    """
    root = os.path.abspath(project)
    apart = (one for one in map(os.path.abspath, others) if not _is_below(one, root))
    _fences.update({folder: os.path.realpath(folder) for folder in (root, *apart)})


def allow(folders: Iterable[AnyPath]) -> None:
    """Let links lead into these folders, and no longer into those that were allowed before."""
    _allowed[:] = map(os.path.realpath, folders)


def known() -> list[object]:
    """The fences and allowed folders of this process, for its children."""
    return [_fences, _allowed]


def join(fences: dict[str, str], allowed: list[str]) -> None:
    """Take over the fences and allowed folders of the parent process."""
    _fences.update(fences)
    _allowed[:] = allowed


def place(path: AnyPath) -> tuple[int | None, str]:
    """The file at `path` as an open folder, which the caller must close, and a name in it.

    The name is not that of a link. Below no fence, and where CAN_HOLD is false, None and a path. An
    OSError when a folder is missing; LinkError when a link leads out of the fence.
    """
    name = os.path.abspath(path)
    found = _confined_to(name)
    if found is None:
        return None, os.fspath(path)
    if not CAN_HOLD:
        return None, _resolved(name, found)
    try:
        return _held(found, name)
    except OSError:
        # Perhaps a link: the second round begins where it leads.
        real = _resolved(name, found)
        # Without a link on the way, the error is about the file itself.
        if real == name:
            raise
    return _held(next(one for one in _bases(found) if _is_below(real, one)), real)


def check(path: AnyPath) -> None:
    """LinkError when a link on the way to `path`, or `path` itself, leads out of its fence."""
    name = os.path.abspath(path)
    found = _confined_to(name)
    if found is not None:
        _resolved(name, found)


def _confined_to(name: str) -> str | None:
    """The nearest fence that contains an absolute path."""
    folder = name if _fences else ""
    while folder not in _fences:
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    return folder


def _resolved(name: str, folder: str) -> str:
    """`name` without its links; LinkError when they lead out of the fence `folder`."""
    link = next((each for each in _ways(folder, name) if _is_link(each)), None)
    if link is None:
        return name
    real = os.path.realpath(name)
    if any(_is_below(real, one) for one in _bases(folder)):
        return real
    raise LinkError(name, link, os.path.realpath(link), folder)


def _bases(folder: str) -> tuple[str, ...]:
    """The real paths of the folders into which links below a fence may lead."""
    return _fences[folder], *_allowed


def _ways(folder: str, name: str) -> Iterator[str]:
    """Each path between a folder, excluded, and a path below it, included."""
    way = folder.rstrip(os.sep)
    for part in name[len(way) :].split(os.sep)[1:]:
        way = f"{way}{os.sep}{part}"
        yield way


def _held(base: str, name: str) -> tuple[int, str]:
    """An open folder and the name of the file `name` in it; an OSError when there is a link."""
    # Component by component, since O_NOFOLLOW refuses a link only in the last one.
    *folders, last = os.path.relpath(name, base).split(os.sep)
    # The fence itself may be a link of the user.
    handle = os.open(base, _FOLDER & ~os.O_NOFOLLOW)
    try:
        for each in folders:
            inner = os.open(each, _FOLDER, dir_fd=handle)
            os.close(handle)
            handle = inner
        if _is_link(last, handle):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), name)
    except BaseException:
        os.close(handle)
        raise
    return handle, last


def _is_link(path: str, folder: int | None = None) -> bool:
    try:
        state = os.stat(path, dir_fd=folder, follow_symlinks=False)
    except OSError as error:
        if error.errno in NOT_THERE:
            return False
        raise
    return stat.S_ISLNK(state.st_mode) or getattr(state, "st_reparse_tag", 0) == JUNCTION


def _is_below(path: str, folder: str) -> bool:
    # With the separator: `/a/bc` is not below `/a/b`.
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
