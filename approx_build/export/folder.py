"""The folder of an export: written beside its place, with checksums, and moved there when complete.

`SHA256SUMS` lists every other file, in the form that `sha256sum -c` reads. Its first line
marks the folder as an export. A folder is replaced only if it has this file and nothing else than
what the file lists, unchanged: whatever a person added or edited is never removed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path

from approx_build.errors import StoreError, UsageError, argument
from approx_build.export.names import is_safe
from approx_build.files import writing
from approx_build.files.opening import open_regular, read_bounded
from approx_build.store import claims
from approx_build.store.disk import (
    make_folder,
    reporting_full_disk,
    store_errors,
    sync_folder,
)

SUMS = "SHA256SUMS"
MARK = "# SHA-256 of every file of this export"
OF_SYSTEMS = {".ds_store", "thumbs.db", "desktop.ini"}
"""Files that systems create in a folder that a person looks at."""
CLAIM, DRAFT, OLD = ".claim", ".draft", ".old"
"""Endings of names beside an export: of the writer's claim, then of its folders."""
LONGEST = 40
"""Letters of an export's name in the names of its drafts."""
_LINE = re.compile(r"([0-9a-f]{64}) \*(.+)")


@dataclass(frozen=True)
class ExportedFile:
    """A file of an export: its path in the folder with `/`, SHA-256, and size in bytes."""

    path: str
    digest: str
    size: int


@dataclass
class ExportFolder:
    """A folder that an export fills; `folder` is where its files are now."""

    folder: Path

    def path(self, name: str) -> Path:
        """Where to write the file `name`, a relative path with `/`."""
        assert is_safe(name), name
        path = self.folder / name
        assert not path.exists(), name
        with store_errors(path):
            writing.make_folders(path.parent)
        return path

    def write(self, name: str, data: bytes) -> None:
        """Write the file `name`."""
        path = self.path(name)
        with store_errors(path), writing.rewritten(path) as file:
            file.write(data)

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder for the block that is no part of the export."""
        folder = self.folder.with_name(f"{self.folder.name}.scratch")
        with store_errors(folder):
            writing.make_folders(folder)
        try:
            yield folder
        finally:
            writing.remove_tree(folder)


@contextmanager
def export_folder(to: Path) -> Iterator[ExportFolder]:
    """A folder that replaces `to` when the block ends; nothing is left when the block fails.

    UsageError when `to` is no export, or was edited.
    """
    to = Path(os.path.normpath(to.absolute()))
    check_replaceable(to)
    with _draft_of(to) as draft:
        with store_errors(to), reporting_full_disk(to.parent):
            yield ExportFolder(draft)
            _write_sums(draft)
        # Again: an export may take long, and a person may have edited the old one meanwhile.
        check_replaceable(to)
        with store_errors(to):
            _move(draft, to)


@contextmanager
def _draft_of(to: Path) -> Iterator[Path]:
    """A folder beside `to` for the block, and a claim that shows that this process uses it."""
    before = f".{to.name[:LONGEST]}."
    with store_errors(to):
        make_folder(to.parent)
        _sweep(to, before)
        with claims.claimed(to.parent, before=before, after=CLAIM) as claim:
            draft = claim.with_name(f"{claim.name}{DRAFT}")
            writing.make_folder(draft)
            try:
                yield draft
            finally:
                writing.remove_tree(draft)


def _sweep(to: Path, before: str) -> None:
    """Remove what exports to `to` left beside it when they were killed."""
    claims.sweep(to.parent, after=CLAIM, nameless=before)
    for name in sorted(os.listdir(to.parent)):
        claim, _, ending = name.rpartition(DRAFT)
        is_ours = name.startswith(before) and claim.endswith(CLAIM)
        if not is_ours or (to.parent / claim).exists():
            continue
        # Killed between the two renames: the old export had no place.
        if ending == OLD and not to.exists():
            writing.replace(to.parent / name, to)
        else:
            writing.remove_tree(to.parent / name)


def files_in(folder: Path) -> tuple[ExportedFile, ...]:
    """The files of an export, by path; its list of checksums is the last."""
    listed = [*_sums(read_bounded(folder / SUMS)), SUMS]
    return tuple(_described(folder, path) for path in listed)


def check_replaceable(to: Path) -> None:
    """UsageError when a folder exists and is not an export as it was written."""
    if not os.path.lexists(to):
        return
    asked = argument("to", to)
    if not to.is_dir() or to.is_symlink():
        raise UsageError(f"{asked}: is not a folder; name one that does not exist")
    with store_errors(to):
        found = sorted(_names(to))
        if found and SUMS not in found:
            raise UsageError(f"{asked}: is not empty and is no export; name another folder")
        sums = _sums(read_bounded(to / SUMS)) if found else {}
        for path in found:
            if path != SUMS and path not in sums:
                words = "is not part of the export that is there; move it away"
                raise UsageError(f"{asked}: {path} {words}, or name another folder")
            if path != SUMS and _described(to, path).digest != sums[path]:
                words = "was edited after the export; move it away"
                raise UsageError(f"{asked}: {path} {words}, or name another folder")


def _sums(data: bytes) -> dict[str, str]:
    """The digests of a list of checksums, by path; StoreError when it is none of ours."""
    first, *lines = data.decode("ascii", "replace").splitlines() or [""]
    matches = [_LINE.fullmatch(line) for line in lines]
    if first != MARK or not all(matches):
        raise StoreError(f"{SUMS}: not the list of an export; name another folder")
    return {match[2]: match[1] for match in matches if match}


def _write_sums(folder: Path) -> None:
    found = [_described(folder, path) for path in sorted(_names(folder))]
    lines = [MARK, *(f"{one.digest} *{one.path}" for one in found)]
    with writing.rewritten(folder / SUMS) as file:
        file.write("\n".join([*lines, ""]).encode("ascii"))


def _names(folder: Path) -> Iterator[str]:
    """Every file in a folder, as a path with `/`; what systems leave there does not count."""
    for at, folders, names in os.walk(folder):
        folders.sort()
        # A link to a folder is no part of an export, and is not followed.
        links = [name for name in folders if os.path.islink(os.path.join(at, name))]
        for name in [*names, *links]:
            if name.lower() not in OF_SYSTEMS and not name.startswith("._"):
                yield (Path(at) / name).relative_to(folder).as_posix()


def _described(folder: Path, path: str) -> ExportedFile:
    with open_regular(folder / path) as file:
        digest = file_digest(file, sha256).hexdigest()
        return ExportedFile(path, digest, file.tell())


def _move(draft: Path, to: Path) -> None:
    """Put the draft in the place of the export that is there, if there is one."""
    if not to.exists():
        writing.replace(draft, to)
    # An equal export stays, with its times.
    elif not _is_same(draft, to):
        old = draft.with_name(f"{draft.name}{OLD}")
        writing.replace(to, old)
        try:
            writing.replace(draft, to)
        except BaseException:
            writing.replace(old, to)
            raise
        writing.remove_tree(old)
    sync_folder(to.parent)


def _is_same(draft: Path, to: Path) -> bool:
    with suppress(FileNotFoundError):
        return read_bounded(draft / SUMS) == read_bounded(to / SUMS)
    return False
