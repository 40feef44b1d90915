"""Fix: corrections of scores whose right form is certain, made in the files of a piece."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from approx_build.errors import ApproxError, Edit, Fault, Location, ScoreError, UsageError
from approx_build.files.names import normal, on_disk
from approx_build.files.readlog import ReadLog
from approx_build.project.paths import named_from
from approx_build.score.paths import project_root
from approx_build.yaml_source import source_of

if TYPE_CHECKING:
    from approx_build.project.settings import Settings

MOST_ROUNDS = 20
"""A correction may reveal other faults, such as the next error of the syntax."""
MOST_ALONE = 50
"""Corrections that are tried one by one where not all of them can be made together."""
_LINE_END = re.compile("(\r\n|\r|\n)")


@dataclass(frozen=True)
class Change:
    """A correction that was made: `after` is now on this line of `path` in place of `before`."""

    path: str
    line: int
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.before} -> {self.after}"


@dataclass
class _Trial:
    """A piece whose files have other contents than on the disk."""

    path: Path
    root: Path
    today: date
    contents: dict[str, bytes] = field(default_factory=dict)

    def faults(self, contents: Mapping[str, bytes]) -> list[Fault]:
        """The faults that the piece would have with these contents of files by their names."""
        from approx_build.plan.catalog import Catalog
        from approx_build.plan.check import check

        log = ReadLog()
        for name, data in contents.items():
            log.pretend(self.root / name, data)
        try:
            check(self.path, Catalog(self.root, self.today, log))
        except ScoreError as error:
            return [*error.faults]
        except ApproxError:
            return []
        return []

    def edited(self, edits: Iterable[Edit]) -> dict[str, bytes]:
        """The contents of files after these edits; those that cannot be made are left out."""
        by_file: dict[str, list[Edit]] = {}
        for edit in edits:
            by_file.setdefault(edit.where.path, []).append(edit)
        found = dict(self.contents)
        for name, own in by_file.items():
            data = found.get(name)
            if data is None:
                with suppress(OSError):
                    data = ReadLog().content(on_disk(self.root / name))
            if data is not None:
                found[name] = rewritten(data, own)
        return found


def fix(path: Path, settings: Settings) -> tuple[Change, ...]:
    """Correct what is certain in the scores of a piece; ApproxError if a file cannot be written.

    Only the places concerned are rewritten, each file atomically. A correction is made if its
    fault is gone with it, and no other fault comes to its place.
    """
    root = project_root(path)
    with named_from(root):
        trial = _Trial(path, root, settings.today)
        made: list[Edit] = []
        for _ in range(MOST_ROUNDS):
            edits = _corrected(trial, trial.faults(trial.contents))
            if not edits:
                break
            made += edits
        _write(root, trial.contents)
    made.sort(key=lambda edit: (edit.where.path, edit.where.line))
    return tuple(Change(e.where.path, e.where.line, e.wrong, e.right) for e in made)


def rewritten(data: bytes, edits: Sequence[Edit]) -> bytes:
    """The text of a file with edits, its encoding and the ends of its lines as they are.

    An edit whose text is not at its place is passed over.
    """
    parts = _LINE_END.split(data.decode())
    # Later places first, so that the columns of the others stay right.
    for edit in sorted(edits, key=lambda e: (e.where.line, e.where.column), reverse=True):
        index = 2 * (edit.where.line - 1)
        line = parts[index] if index < len(parts) else ""
        start = _index(line, edit.where.column - 1, is_first=index == 0)
        stop = _index(line, edit.where.column - 1 + len(edit.wrong), is_first=index == 0)
        if start is not None and stop is not None and normal(line[start:stop]) == edit.wrong:
            parts[index] = line[:start] + edit.right + line[stop:]
    return "".join(parts).encode()


def _index(line: str, column: int, is_first: bool) -> int | None:
    """Where the character `column` of a line in NFC, without a byte order mark, is in the line."""
    skipped = 1 if is_first and line.startswith("\ufeff") else 0
    if line.isascii():
        return column if column <= len(line) else None
    lengths = (len(normal(line[skipped:end])) for end in range(skipped, len(line) + 1))
    return next((skipped + count for count, size in enumerate(lengths) if size == column), None)


def _corrected(trial: _Trial, faults: Sequence[Fault]) -> list[Edit]:
    """Make all edits of the faults that help; those that were made."""
    sets = [fault.edits for fault in faults if fault.edits]
    every = _apart(edit for one in sets for edit in one)
    if not every or _helps(trial, every):
        return every
    made: list[Edit] = []
    for edits in sets[:MOST_ALONE]:
        # After one edit, other places in its line have moved: they wait for the next round.
        taken = {(edit.where.path, edit.where.line) for edit in made}
        is_apart = not any((edit.where.path, edit.where.line) in taken for edit in edits)
        if is_apart and _helps(trial, edits):
            made += edits
    return made


def _apart(edits: Iterable[Edit]) -> list[Edit]:
    """Edits in the order of the text, without those that begin inside another."""
    found: list[Edit] = []
    for edit in sorted(set(edits), key=lambda e: (e.where.path, e.where.line, e.where.column)):
        last = found[-1] if found else edit
        is_same_line = replace(last.where, column=0) == replace(edit.where, column=0)
        end = last.where.column + len(last.wrong)
        if last is edit or not is_same_line or edit.where.column >= end:
            found.append(edit)
    return found


def _helps(trial: _Trial, edits: Sequence[Edit]) -> bool:
    """Make these edits if then their places have no faults, and all texts can be read."""
    edits = _apart(edits)
    contents = trial.edited(edits)
    if any(_reads(trial.contents.get(name)) and not _reads(contents[name]) for name in contents):
        return False
    spans = _spans(edits)
    for fault in trial.faults(contents):
        line = replace(fault.where, column=0)
        if any(fault.where.column in span for span in spans.get(line, ())):
            return False
    trial.contents = contents
    return True


def _spans(edits: Sequence[Edit]) -> dict[Location, list[range]]:
    """The columns that edits, which are in order, have given new text, by line."""
    spans: dict[Location, list[range]] = {}
    moved: dict[Location, int] = {}
    for edit in edits:
        line = replace(edit.where, column=0)
        start = edit.where.column + moved.get(line, 0)
        spans.setdefault(line, []).append(range(start, start + len(edit.right)))
        moved[line] = moved.get(line, 0) + len(edit.right) - len(edit.wrong)
    return spans


def _reads(data: bytes | None) -> bool:
    """Whether the text of a file that was edited is YAML."""
    if data is None:
        return False
    try:
        source_of(data.decode().removeprefix("\ufeff"), "")
    except ScoreError:
        return False
    return True


def _write(root: Path, contents: Mapping[str, bytes]) -> None:
    """Write each file that changed, after all were found to be writable."""
    from approx_build.store.delivery import write

    for name in contents:
        path = root / name
        where = os.path.realpath(path)
        if not Path(where).is_relative_to(os.path.realpath(root)) or path.is_symlink():
            raise UsageError(f"{name}: is a link, or outside the project; correct {where} itself")
        if not os.stat(path).st_mode & stat.S_IWUSR or not os.access(path, os.W_OK):
            raise UsageError(f"{name}: is read-only; make it writable to correct it")
    for name, data in contents.items():
        path = Path(on_disk(root / name))
        mode = stat.S_IMODE(os.stat(path).st_mode)
        write(path, data)
        path.chmod(mode)
