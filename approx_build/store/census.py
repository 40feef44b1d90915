"""The census of a store: its objects, records and other files, with sizes and ages."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from approx_build.store.disk import store_errors

HEX = frozenset("0123456789abcdef")
BY_NAME = ("objects", "records")
"""The folders with files named by 64 hexadecimal digits, the first two as a subfolder."""


@dataclass(frozen=True, slots=True)
class FileInfo:
    """A file: its size in bytes, and the time it was written, seconds since 1970."""

    size: int
    mtime: float


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of files and their total size in bytes."""

    count: int = 0
    size: int = 0

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.count + other.count, self.size + other.size)

    @classmethod
    def of(cls, found: Iterable[FileInfo]) -> Amount:
        """The number and total size of some files."""
        sizes = [one.size for one in found]
        return cls(len(sizes), sum(sizes))


@dataclass(frozen=True)
class Census:
    """The content of a store; `others` is the amount of its other files and folders, by name."""

    objects: dict[str, FileInfo]
    records: dict[str, FileInfo]
    others: dict[str, Amount]

    @property
    def total(self) -> int:
        """Total size of all files, bytes."""
        named = (Amount.of(self.objects.values()), Amount.of(self.records.values()))
        return sum(one.size for one in (*named, *self.others.values()))


def census(root: Path) -> Census:
    """The census of the store at `root`. Files that vanish meanwhile are left out."""
    with store_errors(root):
        # A missing or unreadable store is an error here; `_entries` would make it an empty census.
        names = sorted(name for name in os.listdir(root) if name not in BY_NAME)
        others = {name: Amount.of(found for _, found in files(root / name)) for name in names}
        objects, records = (dict(_found(root / name)) for name in BY_NAME)
    return Census(objects, records, others)


def files(path: Path) -> Iterator[tuple[Path, FileInfo]]:
    """Every file at or below `path`, in the order of their paths."""
    # `os.walk` yields nothing for a file, and the journal and the memo are files.
    if path.is_file():
        yield from _stated([path])
    for folder, inner, names in os.walk(path):
        # In place: `os.walk` descends into the folders in the order of this list.
        inner.sort()
        yield from _stated(Path(folder, name) for name in sorted(names))


def _stated(paths: Iterable[Path]) -> Iterator[tuple[Path, FileInfo]]:
    for path in paths:
        with suppress(FileNotFoundError):
            # A link is not followed: its target is not part of the store.
            state = path.lstat()
            yield path, FileInfo(state.st_size, state.st_mtime)


def named(root: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """The files of `root` that are named by 64 digits, by name; other files do not belong to a
    store.
    """
    for folder in _entries(root):
        if len(folder.name) == 2 and folder.is_dir(follow_symlinks=False):
            for entry in _entries(folder.path):
                name = folder.name + entry.name
                if len(name) == 64 and HEX.issuperset(name):
                    yield name, entry


def _found(root: Path) -> Iterator[tuple[str, FileInfo]]:
    for name, entry in named(root):
        with suppress(FileNotFoundError):
            state = entry.stat(follow_symlinks=False)
            yield name, FileInfo(state.st_size, state.st_mtime)


def _entries(folder: os.PathLike[str] | str) -> list[os.DirEntry[str]]:
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name)
    return []
