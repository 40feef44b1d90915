"""The read log: the files of a project that a command read, as they were at that time.

The state of the fast path is written from it, so an edit after the reading of a file differs from
the state, however long the build runs. A command reads each file once: everything that needs it
again gets the same bytes or the same digest.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import file_digest, sha256

from approx_build.files.fingerprint import (
    BETWEEN,
    GONE,
    NO_FOLDER,
    UNKNOWN,
    changed_ns,
    fingerprint,
    is_settled,
    listing,
)
from approx_build.files.leftovers import is_leftover
from approx_build.files.opening import RECORD_BYTES, TEXT_BYTES, open_regular

TICK_NS = 20_000_000
"""Longer than the tick of any filesystem clock with fractions of a second."""

UNPROVEN = 0
"""The time of a reading whose fingerprint proves nothing: it may belong to a later edit."""
ABSENT = ""
"""The digest of a missing file."""

AnyPath = os.PathLike[str] | str


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as it was at `at_ns`: the SHA-256 of its bytes, and its fingerprint just before.

    The fingerprint is UNKNOWN when it is uncertain whether the bytes belong to it.
    """

    digest: str
    fingerprint: str
    at_ns: int

    def is_unchanged(self, path: str) -> bool:
        """Whether the file at `path` is unchanged, and has been all the time since."""
        if fingerprint(path) != self.fingerprint:
            return False
        if is_settled(self.fingerprint, self.at_ns):
            return True
        try:
            return hashed(path).digest == self.digest
        except OSError:
            return False


def hashed(path: AnyPath) -> Reading:
    """The file at `path`, read now; OSError when it cannot be read."""
    name = os.fspath(path)
    at_ns, before = _settled_fingerprint(name)
    with open_regular(name) as file:
        digest = file_digest(file, sha256).hexdigest()
    # A file that changed during the reading has no fingerprint that belongs to these bytes.
    return Reading(digest, before if fingerprint(name) == before else UNKNOWN, at_ns)


def _settled_fingerprint(name: str) -> tuple[int, str]:
    """The time now, and the fingerprint of a file, after the tick in which it last changed."""
    at_ns, before = time.time_ns(), fingerprint(name)
    last_ns = changed_ns(before)
    if last_ns is not None and 0 <= at_ns - last_ns < TICK_NS:
        # Another edit in this tick would not show.
        time.sleep(TICK_NS / 1e9)
        at_ns, before = time.time_ns(), fingerprint(name)
    return at_ns, before


class ReadLog:
    """The files that a command read; `look` returns a file's digest, perhaps without reading it."""

    def __init__(self, look: Callable[[AnyPath], Reading] = hashed) -> None:
        self.files: dict[str, Reading] = {}
        self.folders: dict[str, str] = {}
        self.is_consistent = True
        """False when a file changed so that parts of the command may have read different bytes."""
        self._look = look
        self._contents: dict[str, bytes] = {}

    def content(self, path: AnyPath, most: int = TEXT_BYTES) -> bytes:
        """The first `most` bytes of a small file; OSError when it cannot be read."""
        name = os.path.abspath(path)
        if name not in self._contents:
            _refuse_absent(self.files.get(name), name)
            at_ns, before = time.time_ns(), fingerprint(name)
            with open_regular(name) as file:
                data = file.read(most)
            is_same = fingerprint(name) == before
            found = Reading(sha256(data).hexdigest(), before if is_same else UNKNOWN, at_ns)
            self._contents[name] = data
            # Another part of the command logged the file earlier, with other bytes.
            if self.files.setdefault(name, found).digest != found.digest:
                self.is_consistent = False
        return self._contents[name]

    def pretend(self, path: AnyPath, data: bytes) -> None:
        """Read `data` in place of the content of a file, to ask what an edit would change."""
        self._contents[os.path.abspath(path)] = data

    def reading(self, path: AnyPath) -> Reading:
        """The file at `path` as it was when the command first read it; OSError as above."""
        name = os.path.abspath(path)
        if name not in self.files:
            self.files[name] = self._look(name)
        _refuse_absent(self.files[name], name)
        return self.files[name]

    def note(self, path: AnyPath) -> None:
        """Log a file, or that it is missing."""
        name = os.path.abspath(path)
        if name in self.files:
            return
        try:
            self.files[name] = self._look(name)
        except (FileNotFoundError, NotADirectoryError):
            # A missing file is logged, too: if it appears, the command has something to do.
            self.files[name] = Reading(ABSENT, GONE, time.time_ns())
        except OSError:
            # Its content is unknown, so whether it is unchanged is unknown, too.
            self.is_consistent = False

    @contextmanager
    def watching(self, path: AnyPath, most: float = RECORD_BYTES) -> Iterator[None]:
        """Log a file that the block reads by itself, if it has at most `most` bytes."""
        name = os.path.abspath(path)
        if _size(name) > most:
            # The block refuses it, too, without reading it to its end.
            self.is_consistent = False
            yield
            return
        self.note(name)
        try:
            yield
        finally:
            if name in self.files and not self.files[name].is_unchanged(name):
                self.is_consistent = False

    def files_in(self, folder: AnyPath) -> list[str]:
        """The names of a person's files in a folder, sorted; none where there is no such folder."""
        return [name for name in self._names(folder) if not name.endswith("/")]

    def folders_in(self, folder: AnyPath) -> list[str]:
        """The names of the folders in a folder, sorted; none where there is no such folder."""
        names = self._names(folder)
        return [name[:-1] for name in names if name.endswith("/") and not name.endswith("//")]

    def _names(self, folder: AnyPath) -> list[str]:
        name = os.path.abspath(folder)
        # The first listing counts: a file that is added later must differ from the state.
        found = self.folders.setdefault(name, listing(name))
        names = found.split(BETWEEN) if found not in ("", NO_FOLDER) else []
        return [each for each in names if not is_leftover(each.rstrip("/"))]


def _size(name: str) -> int:
    try:
        return os.stat(name).st_size
    except OSError:
        return 0


def _refuse_absent(found: Reading | None, name: str) -> None:
    """FileNotFoundError for a file that was missing before: it is missing for the whole command."""
    if found is not None and found.digest == ABSENT:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
