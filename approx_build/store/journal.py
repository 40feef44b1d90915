"""The journal: the latest key of each target, and how long each kind of action takes.

One line of JSON with a checksum per finished or reused action, appended in one write, so that
several builders can append at the same time. Every entry begins with a line break, so a full disk
or a crash damages only the entry being written. The journal serves explanations and estimates; no
build depends on it, and losing it loses no sound.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from zlib import crc32

from approx_build.files.json_text import parse_json
from approx_build.files.opening import read_bounded
from approx_build.files.writing import open_to_append
from approx_build.store.disk import make_folder, store_errors
from approx_build.store.drafts import Drafts

COMPACT_ABOVE = 4 << 20
"""Bytes: a longer journal is cut down to the useful entries."""
RUNS_KEPT = 200
"""Timed entries of each kind that are kept when the journal is cut down."""
LONGEST_LINE = 1 << 16
"""Characters: a longer line counts as damaged."""
LARGEST = 1e15
"""Seconds or units of work: a larger number counts as damaged."""
TEXTS, NUMBERS = ("target", "key", "kind"), ("seconds", "size")
NAMES = {*TEXTS, *NUMBERS}


@dataclass(frozen=True, slots=True)
class Entry:
    """`target` was made under `key`; `seconds` is 0 when it was found in the store."""

    target: str
    key: str
    kind: str
    seconds: float = 0.0
    size: float = 1.0  # units of work, by which seconds are divided


class Journal:
    """The journal at `path`."""

    def __init__(self, path: Path, drafts: Drafts) -> None:
        self.path = path
        self._drafts = drafts

    def append(self, entries: Iterable[Entry]) -> None:
        """Write `entries`, together."""
        data = "".join(f"\n{_line(entry)}" for entry in entries)
        if not data:
            return
        with store_errors(self.path):
            make_folder(self.path.parent)
            # One write with O_APPEND: the system keeps the lines of several builders apart.
            handle = open_to_append(self.path)
            try:
                os.write(handle, data.encode())
            finally:
                os.close(handle)

    def __iter__(self) -> Iterator[Entry]:
        """All readable entries, oldest first."""
        return (entry for line in self._lines() if (entry := _entry(line)))

    def damaged(self) -> int:
        """The number of damaged lines."""
        return sum(_entry(line) is None for line in self._lines())

    def drop_damaged(self) -> None:
        """Rewrite the journal without damaged lines. An entry appended meanwhile may be lost."""
        self._rewrite(self)

    def latest(self) -> dict[str, Entry]:
        """The last entry of each target."""
        return {entry.target: entry for entry in self}

    def compact(self) -> None:
        """Cut a long journal down. An entry appended at the same moment may be lost, harmlessly."""
        with suppress(OSError):
            if self.path.stat().st_size > COMPACT_ABOVE:
                self._rewrite(self._useful())

    def _lines(self) -> Iterator[str]:
        try:
            # A damaged byte must spoil its own line only; the checksum then rejects that line.
            text = read_bounded(self.path).decode(errors="replace")
        except OSError:
            return iter(())
        return (line for line in text.split("\n") if line)

    def _rewrite(self, entries: Iterable[Entry]) -> None:
        self._drafts.replace(self.path, "".join(f"\n{_line(one)}" for one in entries).encode())

    def _useful(self) -> list[Entry]:
        latest: dict[str, int] = {}
        runs: dict[str, list[int]] = {}
        entries = list(self)
        for index, entry in enumerate(entries):
            # Indices, not entries, so that the order of the journal can be restored below.
            latest[entry.target] = index
            # Entries of reused actions measure nothing, so they must not displace timed ones.
            if entry.seconds:
                runs.setdefault(entry.kind, []).append(index)
        kept = set(latest.values()).union(*(each[-RUNS_KEPT:] for each in runs.values()))
        return [entries[index] for index in sorted(kept)]


def _line(entry: Entry) -> str:
    text = json.dumps(asdict(entry), separators=(",", ":"))
    return f"{text}\t{crc32(text.encode()):08x}"


def _entry(line: str) -> Entry | None:
    """The entry on a line; None when it is damaged."""
    text, _, checksum = line.rpartition("\t")
    # Earlier versions wrote no checksum; JSON has no tab outside its strings, where it is \t.
    if text and checksum != f"{crc32(text.encode()):08x}":
        return None
    return _parsed(text or line)


def _parsed(text: str) -> Entry | None:
    """The entry in a text; None for anything else, because damage may look like JSON."""
    try:
        # Endless digits and endless brackets are damage, too.
        row = parse_json(text) if len(text) <= LONGEST_LINE else None
    except ValueError:
        return None
    if not isinstance(row, dict) or row.keys() - NAMES:
        return None
    texts, numbers = [row.get(name) for name in TEXTS], [row.get(name, 0.0) for name in NUMBERS]
    if not all(isinstance(text, str) for text in texts):
        return None
    if not all(_is_measure(number) for number in numbers):
        return None
    return Entry(**row)


def _is_measure(number: object) -> bool:
    # `bool` is a subclass of `int`, so `true` would pass as a number.
    is_number = isinstance(number, (int, float)) and not isinstance(number, bool)
    return is_number and 0 <= number <= LARGEST  # type: ignore[operator]  # so not NaN
