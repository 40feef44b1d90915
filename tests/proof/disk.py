"""The disk that the trials simulate: what a power cut may leave of what was written.

The model, stricter than any one filesystem:

- **Bytes** written to a file after its last fsync may all be there, be cut off at any place at or
  above the size that was synced, or have pages of zeros or of anything in their place. The file's
  times say nothing of it. Bytes written before its last fsync are there.
- **Names**: creating, linking, renaming and removing are each done or not done, never half. What
  was done in a folder before its last fsync is done. Of what came later, one half of the cuts keep
  all up to a moment (a journal, as of ext4 and XFS), the other half keep any part of it (POSIX
  promises no order), but for what happened to one name, which is kept in order, and for what
  happened in a folder that was itself not kept.
- An fsync of a file does not keep its name.

Everything is killed at the moment of the cut. What was there before the command is there.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.proof.shim import Control

PAGE = 4096
JOURNAL, SHARES, FOLDERS = 0.5, (0.0, 0.5, 0.8, 0.95), 0.97
"""How many cuts keep all up to a moment; which shares of the rest others keep; and of folders."""
NOTHING = 0
"""The inode of a name that is not there."""


@dataclass
class Change:
    """One change of names: the inode that each has before and after it."""

    before: dict[str, int]
    after: dict[str, int]
    is_settled: bool = False
    is_folder: bool = False


@dataclass
class Bytes:
    """A file's bytes: the size that is safe, and what was written since."""

    synced_size: int
    written: list[tuple[int, int]] = field(default_factory=list)
    """Ranges."""


def cut(control: Control, chance: random.Random) -> list[str]:
    """Make of the trial's files what the power cut leaves; returns what was lost, in words."""
    changes, contents = _parsed(control.log())
    kept = _kept(changes, chance)
    lost = [f"undone: {_words(c)}" for c, is_kept in zip(changes, kept, strict=True) if not is_kept]
    _put_back(control, changes, kept)
    places = _inodes(control.root)
    for inode, content in sorted(contents.items()):
        if content.written and inode in places:
            lost += _torn(control, places[inode], content, chance)
    shutil.rmtree(control.saved)
    control.saved.mkdir()
    return lost


def _parsed(log: Iterable[list[str]]) -> tuple[list[Change], dict[int, Bytes]]:
    """The changes of names, in order, and the bytes of each file that was written."""
    changes: list[Change] = []
    contents: dict[int, Bytes] = {}
    for what, inode_text, *words in log:
        inode = int(inode_text)
        match what:
            case "create" | "mkdir":
                changes.append(Change({words[0]: NOTHING}, {words[0]: inode}))
                changes[-1].is_folder = what == "mkdir"
            case "unlink" | "rmdir":
                changes.append(Change({words[0]: inode}, {words[0]: NOTHING}))
                changes[-1].is_folder = what == "rmdir"
            case "rename":
                before = {words[0]: inode, words[1]: int(words[2])}
                changes.append(Change(before, {words[0]: NOTHING, words[1]: inode}))
            case "settle":
                for change in changes:
                    change.is_settled |= any(os.path.dirname(n) == words[1] for n in change.after)
            case "sync":
                contents[inode] = Bytes(int(words[0]))
            case "write":
                start, size = map(int, words)
                content = contents.setdefault(inode, Bytes(start))
                content.written.append((start, start + size))
            case "truncate":
                content = contents.setdefault(inode, Bytes(0))
                content.synced_size = min(content.synced_size, int(words[0]))
                content.written.append((int(words[0]), int(words[0])))
    return changes, contents


def _kept(changes: list[Change], chance: random.Random) -> list[bool]:
    """Which changes outlive the cut."""
    settled = [index for index, change in enumerate(changes) if change.is_settled]
    if chance.random() < JOURNAL:
        until = max(settled[-1] + 1 if settled else 0, chance.randint(0, len(changes)))
        return [index < until for index in range(len(changes))]
    needs = _needs(changes)
    kept = [False] * len(changes)
    todo = settled.copy()
    while todo:
        index = todo.pop()
        if not kept[index]:
            kept[index] = True
            todo.extend(needs[index])
    share = chance.choice(SHARES)
    for index, change in enumerate(changes):
        # A lost folder takes all with it, and would leave little to be looked at.
        if chance.random() < (FOLDERS if change.is_folder and share else share):
            kept[index] |= all(kept[need] for need in needs[index])
    return kept


def _needs(changes: list[Change]) -> list[list[int]]:
    """For each change, those before it without which it cannot be."""
    last: dict[str, int] = {}
    needs = []
    for index, change in enumerate(changes):
        names = [*change.after, *(os.path.dirname(name) for name in change.after)]
        needs.append([last[name] for name in names if name in last])
        # What happens in a folder does not change the folder's own name.
        last.update(dict.fromkeys(change.after, index))
    return needs


def _put_back(control: Control, changes: list[Change], kept: list[bool]) -> None:
    """Give every name that was changed the file that it has after the cut."""
    final: dict[str, int] = {}
    folders: set[str] = set()
    for change, is_kept in zip(changes, kept, strict=True):
        for name in change.after:
            final.setdefault(name, change.before[name])
            if is_kept:
                final[name] = change.after[name]
            if change.is_folder:
                folders.add(name)
    places = _inodes(control.root) | _inodes(control.saved)
    stash = control.saved / "stash"
    stash.mkdir()
    files = {
        name: inode
        for name, inode in final.items()
        if name not in folders and inode != _inode_at(name)
    }
    for inode in sorted({inode for inode in files.values() if inode != NOTHING}):
        state = places[inode].stat()
        os.link(places[inode], stash / str(inode))
        control.keep_times(stash / str(inode), state.st_mtime_ns, state.st_ctime_ns)
    for name, inode in sorted(files.items()):
        Path(name).unlink(missing_ok=True)
        if inode != NOTHING:
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            os.link(stash / str(inode), name)
    for name in sorted(folders, reverse=True):
        if final[name] == NOTHING:
            shutil.rmtree(name, ignore_errors=True)
        else:
            Path(name).mkdir(parents=True, exist_ok=True)
    shutil.rmtree(stash)


def _torn(control: Control, path: Path, content: Bytes, chance: random.Random) -> list[str]:
    """Lose bytes that were not synced; the file keeps its times."""
    state = path.stat()
    how = chance.choice(("whole", "short", "empty", "zeros", "garbage"))
    size = state.st_size
    os.chmod(path, 0o644)
    with open(path, "rb+") as file:
        if how == "short":
            file.truncate(chance.randint(min(content.synced_size, size), size))
        elif how == "empty":
            file.truncate(min(content.synced_size, size))
        elif how in ("zeros", "garbage"):
            for start, stop in content.written:
                for page in range(start // PAGE, -(-stop // PAGE)):
                    first, last = max(start, page * PAGE), min(stop, (page + 1) * PAGE, size)
                    if chance.random() < 0.7 and first < last:
                        file.seek(first)
                        count = last - first
                        file.write(bytes(count) if how == "zeros" else chance.randbytes(count))
    os.chmod(path, state.st_mode & 0o777)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    control.keep_times(path, state.st_mtime_ns, state.st_ctime_ns)
    return [] if how == "whole" else [f"torn ({how}): {path.relative_to(control.root)}"]


def _inode_at(name: str) -> int:
    return os.lstat(name).st_ino if os.path.lexists(name) else NOTHING


def _inodes(root: Path) -> dict[int, Path]:
    """A path of every file under a folder, by inode."""
    return {p.stat().st_ino: p for p in root.rglob("*") if p.is_file() and not p.is_symlink()}


def _words(change: Change) -> str:
    return " and ".join(
        f"{os.path.basename(name)} {'made' if inode else 'removed'}"
        for name, inode in change.after.items()
    )
