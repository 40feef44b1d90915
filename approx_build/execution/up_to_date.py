"""The fast path: detects that no file of a finished build has changed.

A finished build writes a state: every file that it read or made, with fingerprint and digest; every
folder whose list of names matters; and the days on which everything may be used. While all of this
holds, the same command has nothing to do, and detecting that imports nothing but modules that
Python has loaded anyway.

Digests are those that the build read or delivered, and fingerprints are older than the reading: a
file that was edited after that differs from the state, whenever the edit happened. If a fingerprint
differs, or proves nothing yet, the file is a suspect, and the fast path hashes it; if its bytes are
the same, the state is updated.

The state is text with a checksum, in blocks of lines: head (options, first day, last day, indices
of the suspects, the latest time among the others, summary), folders, paths, fingerprints, digests.
"""

from __future__ import annotations

import os
import time
from zlib import crc32

from approx_build.files.fingerprint import RACY_NS, changed_ns, fingerprint, is_settled, listing
from approx_build.files.links import check
from approx_build.files.opening import open_regular, read_bounded
from approx_build.visible import Lines

TYPE_CHECKING = False  # importing `typing` would take longer than checking a thousand files
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from approx_build.files.readlog import Reading

FORMAT = "approx-build state 2"
SIDES = "\0"
"""Separates the items of one line: no path, name or option contains it."""
BLOCKS = "\x1d"
"""Separates the blocks."""


def state_path(store: str, options: Sequence[str]) -> str:
    """The path of the state of a command; `options` are its arguments and its folder."""
    return os.path.join(store, "states", _checksum(SIDES.join(options)))


def is_up_to_date(path: str, options: Sequence[str]) -> bool:
    """Whether the command with these `options` has nothing to do; the state may be updated."""
    return not first_change(path, options)


def first_change(path: str, options: Sequence[str]) -> str:
    """The reason why the command has something to do; empty when it has nothing to do."""
    now_ns = time.time_ns()
    state = _read(path)
    if state is None:
        return "no finished build is known"
    head, folders, paths, stored, digests = state
    asked, since, until, young, newest, _ = head
    today = time.strftime("%Y-%m-%d")
    if asked != SIDES.join(options):
        return "another command was built"
    # A clock that was set back would make an ended consent valid again.
    if today < since:
        return f"the last build was on {since}, which is in the future"
    if until and today > until:
        return f"a consent ended on {until}"
    for line in folders:
        folder, _, names = line.partition(SIDES)
        if listing(folder) != names:
            return f"{folder} has other files"
    found = [fingerprint(each) for each in paths]
    suspects = {int(index) for index in young.split()}
    if found != stored:
        suspects.update(index for index, each in enumerate(found) if each != stored[index])
    if int(newest) > now_ns - RACY_NS:
        # The clock was set back, so times that proved something no longer do.
        suspects.update(i for i, each in enumerate(found) if not is_settled(each, now_ns))
    if not suspects:
        return ""
    expected = digests.split("\n")
    for index in sorted(suspects):
        if _digest(paths[index]) != expected[index]:
            return f"{paths[index]} changed"
        # The digest may belong to a later version of the file than the fingerprint that is saved
        # below.
        if fingerprint(paths[index]) != found[index]:
            return f"{paths[index]} changed while it was read"
    # Saved, so that a touched file is hashed once and not at every command.
    settled = [i not in suspects or is_settled(each, now_ns) for i, each in enumerate(found)]
    _write(path, head, folders, paths, found, expected, settled)
    return ""


def summary(path: str) -> Lines:
    """The message of the finished build."""
    state = _read(path)
    return Lines.of(state[0][5].split(SIDES)) if state else Lines()


def write_state(
    path: str,
    options: Sequence[str],
    files: Mapping[str, Reading],
    folders: Mapping[str, str],
    days: tuple[str, str] = ("", ""),
    summary: str = "",
) -> None:
    """Save the state of a finished build.

    `files` are all files that it read and made, by absolute path, as they were when their bytes
    were known; `folders` the listings of those in which a new or missing name matters; `days` the
    first and the last day (2026-12-31) on which all of it may be used. What cannot be saved safely
    is left out: that costs time later, nothing else.
    """
    lines = [folder + SIDES + names for folder, names in folders.items()]
    # A name may contain these characters. Without a state, the next command runs a full build.
    if any("\n" in each or BLOCKS in each for each in [*files, *lines, *options, *days]):
        return
    readings = files.values()
    found = [reading.fingerprint for reading in readings]
    if any("\n" in each or BLOCKS in each for each in found):
        return
    settled = [is_settled(reading.fingerprint, reading.at_ns) for reading in readings]
    summary = summary.replace("\n", SIDES).replace(BLOCKS, " ")
    head = [SIDES.join(options), *days, "", "", summary]
    _write(path, head, lines, files, found, [reading.digest for reading in readings], settled)


def _write(
    path: str,
    head: Sequence[str],
    folders: Iterable[str],
    paths: Iterable[str],
    found: Sequence[str],
    digests: Iterable[str],
    settled: Sequence[bool],
) -> None:
    asked, since, until, _, _, summary = head
    young = " ".join(str(index) for index, is_old in enumerate(settled) if not is_old)
    old = (changed_ns(each) for each, is_old in zip(found, settled, strict=True) if is_old)
    # The latest time alone shows later whether the clock was set back: one comparison for all
    # files.
    newest = str(max((each for each in old if each is not None), default=0))
    blocks = [[asked, since, until, young, newest, summary], folders, paths, found, digests]
    text = BLOCKS.join("\n".join(block) for block in blocks)
    # Claims and syncs of the store are not used: importing them would slow the fast path, and a
    # lost state costs one full build.
    draft = f"{path}.{os.getpid()}"
    try:
        check(path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        # A new file: a link that has its name is not followed.
        with open(draft, "x", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write(f"{FORMAT}\n{_checksum(text)}\n{text}")
        os.replace(draft, path)
    except OSError:
        _remove(draft)


def _read(path: str) -> tuple[list[str], list[str], list[str], list[str], str] | None:
    """The blocks of a state, its digests still in one text; None if the state is missing or
    damaged.
    """
    try:
        content = read_bounded(path).decode(errors="surrogateescape")
        form, checksum, text = content.split("\n", 2)
        head, folders, paths, found, digests = text.split(BLOCKS)
    except (OSError, ValueError):
        return None
    # A damaged state could report a changed file as unchanged.
    if form != FORMAT or checksum != _checksum(text):
        return None
    return head.split("\n"), _lines(folders), _lines(paths), _lines(found), digests


def drafts_in(folder: str) -> list[str]:
    """The drafts of states in a folder: state name, a dot, number of the writer."""
    try:
        return [os.path.join(folder, name) for name in os.listdir(folder) if "." in name]
    except OSError:
        return []


def remove_drafts(folder: str) -> None:
    """Remove the drafts of processes that have ended. A running writer whose draft is removed saves
    no state.
    """
    # On Windows, signal 0 is Ctrl-C.
    for draft in drafts_in(folder) if os.name == "posix" else ():
        try:
            # Signal 0 tests whether the process exists, and sends nothing.
            os.kill(int(draft.rpartition(".")[2]), 0)
        except (OSError, ValueError, OverflowError):
            _remove(draft)


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return


def _lines(block: str) -> list[str]:
    return block.split("\n") if block else []


def _checksum(text: str) -> str:
    return f"{crc32(text.encode(errors='surrogateescape')):08x}"


def _digest(path: str) -> str:
    """The SHA-256 of a file; empty when it does not exist, and no digest when it cannot be read."""
    from hashlib import file_digest, sha256

    try:
        with open_regular(path) as file:
            return file_digest(file, sha256).hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError:
        return "unreadable"


def contents(path: str) -> tuple[list[str], dict[str, tuple[str, str]]] | None:
    """The options of a state, and fingerprint and digest of each file; None if damaged."""
    state = _read(path)
    if state is None:
        return None
    head, _, paths, found, digests = state
    files = zip(paths, zip(found, digests.split("\n"), strict=False), strict=False)
    return head[0].split(SIDES), dict(files)


def state_options(piece: str, out: str) -> list[str]:
    """The options that identify the state of a plain render: the piece and its output folder."""
    return ["render", piece, out]
