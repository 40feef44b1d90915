"""The ledger of training runs: a file for each run in `models/ledger/`, committed with a project.

`RUN.json` is written by whoever trains, whole or not at all; `RUN.notes.jsonl` by whoever has
something to say, a line for each note, only ever appended to. So neither can lose the other's.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from approx_build.errors import UsageError
from approx_build.files import writing
from approx_build.files.json_text import encoded
from approx_build.files.leftovers import is_leftover
from approx_build.files.opening import read_bounded
from approx_build.store.delivery import write
from approx_build.store.disk import make_folder, store_errors, sync, sync_folder
from approx_build.training.ledger.entry import LedgerEntry, Note
from approx_build.yaml_source.spelling import choices

FOLDER = Path("models", "ledger")
"""Where a project keeps its ledger."""
NOTES = ".notes.jsonl"


@dataclass(frozen=True)
class Ledger:
    """The runs in the order they were begun, and what of the ledger cannot be read, in words."""

    entries: tuple[LedgerEntry, ...] = ()
    damaged: tuple[str, ...] = ()

    @property
    def next_number(self) -> int:
        """The place of a run that begins now."""
        return 1 + max((entry.number for entry in self.entries), default=0)

    def get(self, run: str) -> LedgerEntry | None:
        """The run of this very name, or None."""
        return next((entry for entry in self.entries if entry.run == run), None)


def read_ledger(folder: Path) -> Ledger:
    """All runs in `folder` with their notes; a damaged file is named and the others read."""
    entries, damaged = [], []
    for path in sorted(folder.glob("*.json")):
        if is_leftover(path.name):
            continue
        entry, trouble = _read_entry(path)
        notes, lost = _read_notes(path.with_suffix(NOTES))
        damaged += [*trouble, *lost]
        if entry is not None:
            entries.append(entry.model_copy(update={"notes": tuple(notes)}))
    # Two people may have given the same number to different runs.
    ordered = sorted(entries, key=lambda entry: (entry.number, entry.started, entry.run))
    return Ledger(tuple(ordered), tuple(damaged))


def write_entry(folder: Path, entry: LedgerEntry) -> Path:
    """Write `RUN.json`, whole or not at all; returns its path. StoreError when a disk refuses."""
    path = folder / f"{entry.run}.json"
    # NaN is no JSON: a loss that is no number was turned into null by the entry.
    text = json.dumps(
        entry.model_dump(mode="json"), indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False
    )
    write(path, encoded(f"{text}\n"))
    return path


def append_note(folder: Path, run: str, note: Note) -> Path:
    """Append a note to a run's; returns the path. StoreError when a disk refuses."""
    path = folder / f"{run}{NOTES}"
    line = json.dumps(note.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    with store_errors(path):
        make_folder(folder)
        # One write to the end of the file: notes that are added at once stand one after another.
        handle = writing.open_to_append(path)
        try:
            os.write(handle, encoded(f"{_line_end(handle)}{line}\n"))
            sync(handle)
        finally:
            os.close(handle)
        # The name of a new file is kept by its folder.
        sync_folder(folder)
    return path


def find(entries: Sequence[LedgerEntry], prefix: str) -> LedgerEntry:
    """The only run whose name, or whose eight digits, begin with `prefix`; UsageError otherwise."""
    # A whole name may also be the beginning of another.
    exact = [entry for entry in entries if entry.run == prefix]
    found = exact or [e for e in entries if e.run.startswith(prefix) or _digits(e, prefix)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{prefix!r} is ambiguous: {_named(found)}; write more of it")
    if not entries:
        raise UsageError("models/ledger/ has no run yet; `approx-build train` adds runs")
    hint = choices(prefix, [entry.run for entry in entries])
    raise UsageError(f"there is no run {prefix!r}{hint}")


def _read_entry(path: Path) -> tuple[LedgerEntry | None, list[str]]:
    try:
        entry = LedgerEntry.model_validate_json(read_bounded(path))
    except OSError as error:
        return None, [f"{path}: cannot be read ({error.strerror})"]
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "text"
        advice = "restore it from version control, or remove it"
        return None, [f"{path}: not an entry of the ledger ({where}: {first['msg']}); {advice}"]
    if entry.run != path.stem:
        return None, [f"{path}: belongs to run {entry.run!r}; it must be named {entry.run}.json"]
    return entry, []


def _read_notes(path: Path) -> tuple[list[Note], list[str]]:
    """The notes that can be read, and which lines cannot."""
    try:
        # One wrong byte must not hide the other notes.
        text = read_bounded(path).decode(errors="replace")
    except FileNotFoundError:
        return [], []
    except OSError as error:
        return [], [f"{path}: cannot be read ({error.strerror})"]
    notes, damaged = [], []
    # Not splitlines(): JSON may contain other ends of lines, such as U+2028, within a text.
    for number, line in enumerate(text.split("\n"), 1):
        try:
            if line.strip():
                notes.append(Note.model_validate_json(line))
        except ValidationError:
            damaged.append(f"{path}:{number}: not a note; correct or remove this line")
    return notes, damaged


def _line_end(handle: int) -> str:
    """What ends a line that a crash left half written."""
    size = os.fstat(handle).st_size
    if not size:
        return ""
    os.lseek(handle, size - 1, os.SEEK_SET)
    return "" if os.read(handle, 1) == b"\n" else "\n"


def _digits(entry: LedgerEntry, prefix: str) -> bool:
    return bool(prefix) and entry.run.rpartition("-")[2].startswith(prefix)


def _named(found: Iterable[LedgerEntry]) -> str:
    names = [entry.run for entry in found]
    return ", ".join([*names[:6], *(["…"] if len(names) > 6 else [])])
