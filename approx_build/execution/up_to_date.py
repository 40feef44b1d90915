"""Nothing to do: a sweep over the files of a finished build that finds them all as they were.

After a build a state is written: every file that was read or made, with its fingerprint and
digest; every folder whose names mattered; the days on which all of it may be used. While all of
that holds, the same command has nothing to do, and finding that out imports nothing but what
Python has loaded anyway.

Digests are those that the build read or delivered, and fingerprints those from before: a file
edited since differs from the state, whenever that was. Where a fingerprint differs or proves
nothing yet, the file is a suspect, which the sweep hashes; when its bytes are the same, the state
is brought up to date.

The state is text under a checksum, in blocks of lines: head (options, first day, last day, indices
of the suspects, the latest time among the others, summary), folders, paths, fingerprints, digests.
"""

from __future__ import annotations

import os
import time
from zlib import crc32

from approx_build.files.fingerprint import RACY_NS, changed_ns, fingerprint, is_settled, listing
from approx_build.files.opening import open_regular, read_whole

TYPE_CHECKING = False  # `typing` would cost more than the sweep of a thousand files
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from approx_build.files.readlog import Reading

FORMAT = "approx-build state 2"
SIDES = "\0"
"""Between the items of one line: no path, name or option holds it."""
BLOCKS = "\x1d"
"""Between the blocks."""


def state_path(store: str, options: Sequence[str]) -> str:
    """Where the state of a command lies: `options` are all that it was asked, and where."""
    return os.path.join(store, "states", f"{crc32(SIDES.join(options).encode()):08x}")


def is_up_to_date(path: str, options: Sequence[str]) -> bool:
    """Whether the command with these `options` has nothing to do; the state may be refreshed."""
    return not first_change(path, options)


def first_change(path: str, options: Sequence[str]) -> str:
    """What keeps the command from having nothing to do; empty when it has nothing to do."""
    now_ns = time.time_ns()
    state = _read(path)
    if state is None:
        return "no finished build is known"
    head, folders, paths, stored, digests = state
    asked, since, until, young, newest, _ = head
    today = time.strftime("%Y-%m-%d")
    if asked != SIDES.join(options):
        return "another command was built"
    if today < since:
        return f"the last build was on {since}, which is still to come"
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
        # The clock was set back: times that were settled are not any more.
        suspects.update(i for i, each in enumerate(found) if not is_settled(each, now_ns))
    if not suspects:
        return ""
    expected = digests.split("\n")
    for index in sorted(suspects):
        if _digest(paths[index]) != expected[index]:
            return f"{paths[index]} changed"
        if fingerprint(paths[index]) != found[index]:
            return f"{paths[index]} changed while it was read"
    settled = [i not in suspects or is_settled(each, now_ns) for i, each in enumerate(found)]
    _write(path, head, folders, paths, found, expected, settled)
    return ""


def summary(path: str) -> str:
    """What the face said when the build had finished."""
    state = _read(path)
    return state[0][5].replace(SIDES, "\n") if state else ""


def write_state(
    path: str,
    options: Sequence[str],
    files: Mapping[str, Reading],
    folders: Mapping[str, str],
    days: tuple[str, str] = ("", ""),
    summary: str = "",
) -> None:
    """Remember a finished build.

    `files` are all that it read and made, by absolute path, as they were when their bytes were
    known; `folders` the listings of those in which a new or missing name matters; `days` the
    first and the last (2026-12-31) on which all of it may be used. What cannot be remembered
    safely is not: that costs time later, and nothing else.
    """
    lines = [folder + SIDES + names for folder, names in folders.items()]
    if any("\n" in each or BLOCKS in each for each in [*files, *lines, *options, *days]):
        return
    readings = files.values()
    found = [reading.fingerprint for reading in readings]
    if any("\n" in each or BLOCKS in each for each in found):
        return
    settled = [is_settled(reading.fingerprint, reading.at_ns) for reading in readings]
    said = summary.replace("\n", SIDES).replace(BLOCKS, " ")
    head = [SIDES.join(options), *days, "", "", said]
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
    asked, since, until, _, _, said = head
    young = " ".join(str(index) for index, is_old in enumerate(settled) if not is_old)
    old = (changed_ns(each) for each, is_old in zip(found, settled, strict=True) if is_old)
    newest = str(max((each for each in old if each is not None), default=0))
    blocks = [[asked, since, until, young, newest, said], folders, paths, found, digests]
    text = BLOCKS.join("\n".join(block) for block in blocks)
    draft = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(draft, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write(f"{FORMAT}\n{_checksum(text)}\n{text}")
        os.replace(draft, path)
    except OSError:
        _remove(draft)


def _read(path: str) -> tuple[list[str], list[str], list[str], list[str], str] | None:
    """The blocks of a state, digests still in one text; None when there is none to believe."""
    try:
        content = read_whole(path).decode(errors="surrogateescape")
        form, checksum, text = content.split("\n", 2)
        head, folders, paths, found, digests = text.split(BLOCKS)
    except (OSError, ValueError):
        return None
    if form != FORMAT or checksum != _checksum(text):
        return None
    return head.split("\n"), _lines(folders), _lines(paths), _lines(found), digests


def drafts_in(folder: str) -> list[str]:
    """The drafts of states in a folder: a state's name, a dot, and the number of the writer."""
    try:
        return [os.path.join(folder, name) for name in os.listdir(folder) if "." in name]
    except OSError:
        return []


def remove_drafts(folder: str) -> None:
    """Remove what dead processes left. A living writer whose draft goes remembers nothing."""
    for draft in drafts_in(folder) if os.name == "posix" else ():
        try:
            # Signal 0 asks whether there is such a process, and sends nothing.
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
    """The SHA-256 of a file; empty when it is not there, and no digest when it cannot be read."""
    from hashlib import file_digest, sha256

    try:
        with open_regular(path) as file:
            return file_digest(file, sha256).hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError:
        return "unreadable"


def contents(path: str) -> tuple[list[str], dict[str, tuple[str, str]]] | None:
    """What a command was asked, and of each file its fingerprint and digest; None if damaged."""
    state = _read(path)
    if state is None:
        return None
    head, _, paths, found, digests = state
    files = zip(paths, zip(found, digests.split("\n"), strict=False), strict=False)
    return head[0].split(SIDES), dict(files)


def state_options(piece: str, out: str) -> list[str]:
    """What names the state of a plain render: the piece and where its files go."""
    return ["render", piece, out]
