"""Nothing to do: a sweep over the files of a finished build that finds them all as they were.

After a build a state is written: every file that was read or made with its size and times, every
folder whose names mattered, and the day until which all of it may be used. While all of that
holds, the same command has nothing to do, and finding that out imports nothing but what Python
has loaded anyway. A file whose times moved is hashed; when its bytes are the same, the state is
brought up to date. Files that could have changed without their times showing it are hashed too:
those changed in the two seconds before the state was written (git's racy rule), and those that
the build read and that changed after it began.

The state is text under a checksum, in blocks of lines: head (options, last day, indices of the
files to be hashed, summary), folders, paths, stats, digests.
"""

from __future__ import annotations

import os
import time
from zlib import crc32

TYPE_CHECKING = False  # `typing` would cost more than the sweep of a thousand files
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

FORMAT = "approx-build state 1"
RACY_NS = 2_000_000_000
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
    state = _read(path)
    if state is None:
        return "no finished build is known"
    head, folders, paths, stats, digests = state
    asked, until, young, _ = head
    if asked != _line(options):
        return "another command was built"
    if until and time.strftime("%Y-%m-%d") > until:
        return f"a consent ended on {until}"
    for line in folders:
        folder, _, names = line.partition(SIDES)
        if _names(folder) != names:
            return f"{folder} has other files"
    found = [_stat(each) for each in paths]
    suspects = {int(index) for index in young.split()}
    if found != stats:
        suspects.update(index for index, stat in enumerate(found) if stat != stats[index])
    if not suspects:
        return ""
    expected = digests.split("\n")
    for index in sorted(suspects):
        if _digest(paths[index]) != expected[index]:
            return f"{paths[index]} changed"
    now_ns = time.time_ns()
    files = dict(zip(paths, expected, strict=True))
    _write(path, head, folders, files, [now_ns - RACY_NS] * len(files))
    return ""


def summary(path: str) -> str:
    """What the face said when the build had finished."""
    state = _read(path)
    return state[0][3].replace(SIDES, "\n") if state else ""


def write_state(
    path: str,
    options: Sequence[str],
    read: Mapping[str, str],
    made: Mapping[str, str],
    folders: Iterable[str],
    since_ns: int,
    until: str = "",
    summary: str = "",
) -> None:
    """Remember a finished build that began at `since_ns`, before it read anything.

    `read` and `made` are the digests of files by absolute path ("" for a file that must not be
    there); `folders` those in which a new or missing name matters; `until` the last day
    (2026-12-31) on which all of it may be used. What cannot be remembered safely is not: that
    costs time later, and nothing else.
    """
    early_ns = since_ns - RACY_NS
    late_ns = time.time_ns() - RACY_NS
    folders = list(folders)
    lines = [folder + SIDES + _names(folder) for folder in folders]
    if any(_is_younger(_stat(folder), early_ns) for folder in folders):
        return  # the build may have seen other names
    if any("\n" in text or BLOCKS in text for text in [*read, *made, *lines, *options, until]):
        return
    head = [_line(options), until, "", summary.replace("\n", SIDES).replace(BLOCKS, " ")]
    files = {**made, **read}
    _write(path, head, lines, files, [early_ns if each in read else late_ns for each in files])


def _write(
    path: str,
    head: Sequence[str],
    folders: Sequence[str],
    files: Mapping[str, str],
    young_from_ns: Sequence[int],
) -> None:
    asked, until, _, said = head
    stats = [_stat(each) for each in files]
    pairs = enumerate(zip(stats, young_from_ns, strict=True))
    young = [str(index) for index, (stat, from_ns) in pairs if _is_younger(stat, from_ns)]
    blocks = [[asked, until, " ".join(young), said], folders, files, stats, files.values()]
    text = BLOCKS.join("\n".join(block) for block in blocks)
    draft = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(draft, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write(f"{FORMAT}\n{_checksum(text)}\n{text}")
        os.replace(draft, path)
    except OSError:
        return


def _read(path: str) -> tuple[list[str], list[str], list[str], list[str], str] | None:
    """The blocks of a state, digests still in one text; None when there is none to believe."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
            form, checksum, text = file.read().split("\n", 2)
        head, folders, paths, stats, digests = text.split(BLOCKS)
    except (OSError, ValueError):
        return None
    if form != FORMAT or checksum != _checksum(text):
        return None
    return head.split("\n"), _lines(folders), _lines(paths), _lines(stats), digests


def _lines(block: str) -> list[str]:
    return block.split("\n") if block else []


def _line(options: Sequence[str]) -> str:
    return SIDES.join(options)


def _checksum(text: str) -> str:
    return f"{crc32(text.encode(errors='surrogateescape')):08x}"


def _names(folder: str) -> str:
    try:
        return SIDES.join(sorted(os.listdir(folder)))
    except OSError:
        return ""


def _stat(path: str) -> str:
    try:
        state = os.stat(path)
    except OSError:
        return "gone"
    return f"{state.st_size} {state.st_mtime_ns} {state.st_ctime_ns}"


def _is_younger(stat: str, from_ns: int) -> bool:
    return any(int(each) > from_ns for each in stat.split()[1:])


def _digest(path: str) -> str:
    from hashlib import file_digest, sha256

    try:
        with open(path, "rb") as file:
            return file_digest(file, sha256).hexdigest()
    except OSError:
        return ""


def contents(path: str) -> tuple[list[str], dict[str, tuple[str, str]]] | None:
    """What a command was asked, and of each file its stat and digest; None for a damaged state."""
    state = _read(path)
    if state is None:
        return None
    head, _, paths, stats, digests = state
    files = zip(paths, zip(stats, digests.split("\n"), strict=False), strict=False)
    return head[0].split(SIDES), dict(files)
