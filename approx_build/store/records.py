"""Records: what an action made, by its key, published after its objects.

A record file is canonical JSON with a checksum. A record that is missing, unreadable, damaged or of
another key is a miss. It is trusted without reading its objects, which are verified when they are
used.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path

from approx_build.canonical import Json, canonical
from approx_build.files.json_text import parse_json
from approx_build.files.opening import read_bounded
from approx_build.store.census import HEX, named
from approx_build.store.disk import clear
from approx_build.store.drafts import Drafts


def seal(text: str) -> bytes:
    """The digest of `text` on a line, followed by `text`."""
    data = text.encode()
    return sha256(data).hexdigest().encode() + b"\n" + data


def unseal(data: bytes) -> str | None:
    """The text; None when it or its digest is damaged."""
    claimed, _, rest = data.partition(b"\n")
    return rest.decode() if sha256(rest).hexdigest().encode() == claimed else None


def is_damaged(path: Path) -> bool:
    """Whether a file with a checksum exists and is damaged."""
    try:
        return unseal(read_bounded(path)) is None
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        return True


LARGEST = 1e18
"""Seconds or bytes: a larger number counts as damaged."""
DEAR_S = 0.2
"""Records of actions that took at least this long are synced to the disk."""


@dataclass(frozen=True)
class Record:
    """One finished action: its manifest, its outputs, and their cost."""

    key: str
    manifest: Mapping[str, Json]
    outputs: Mapping[str, str]  # name -> digest; readers get "main"
    facts: Mapping[str, Json] = field(default_factory=dict)  # facts about the outputs
    seconds: float = 0.0  # its share of the wall clock time of its batch
    cpu_seconds: float = 0.0
    peak_bytes: int = 0  # highest resident memory of the process while it ran
    toolchain: Mapping[str, str] = field(default_factory=dict)
    created: str = ""  # for people; no code reads it

    @property
    def digest(self) -> str:
        """The digest of the main output."""
        return self.outputs["main"]


class Records:
    """The records under `<root>/records`, by key."""

    def __init__(self, root: Path, drafts: Drafts) -> None:
        self._folder = root / "records"
        self._drafts = drafts

    def path(self, key: str) -> Path:
        """The path of the record of `key`, existing or not."""
        return self._folder / key[:2] / key[2:]

    def get(self, key: str) -> Record | None:
        """The record of `key`; None when there is no valid one."""
        if not (key.isascii() and key.isalnum()):
            return None  # perhaps from a damaged journal: not to be made a path
        try:
            data = read_bounded(self.path(key))
        except OSError:
            return None
        record = _read(data)
        return record if record and record.key == key else None

    def put(self, record: Record) -> None:
        """Publish `record`, replacing an earlier one of the same key. Its objects come first.

        Syncing takes longer than many actions, so the system writes records of short actions when
        it likes: a power cut may lose or damage the latest of them, and their actions run again.
        """
        # Losing a record costs its seconds again; syncing costs some milliseconds each time.
        path, is_dear = self.path(record.key), record.seconds >= DEAR_S
        self._drafts.replace(path, seal(canonical(asdict(record))), is_dear)

    def remove(self, key: str) -> None:
        """Remove the record of `key`, if any."""
        clear(self.path(key))

    def __iter__(self) -> Iterator[str]:
        """The keys of all records, sorted, valid or not."""
        return (name for name, _ in named(self._folder))


def _read(data: bytes) -> Record | None:
    # Everything below is a miss, not an error: the action runs again and replaces the record.
    text = unseal(data)
    try:
        record = Record(**parse_json(text)) if text else None
    except (ValueError, TypeError):
        return None
    return record if record is not None and _is_valid(record) else None


def is_digest(value: object) -> bool:
    """Whether a value is a SHA-256 in hexadecimal digits, so that it can name a file."""
    return isinstance(value, str) and len(value) == 64 and HEX.issuperset(value)


def _is_valid(record: Record) -> bool:
    """Whether each field is of its type: outputs and inputs are read as names of objects."""
    numbers = (record.seconds, record.cpu_seconds, record.peak_bytes)
    tables = (record.manifest, record.outputs, record.facts, record.toolchain)
    return (
        is_digest(record.key)
        and all(isinstance(table, dict) for table in tables)
        and "main" in record.outputs
        and all(map(is_digest, record.outputs.values()))
        and all(isinstance(text, str) for text in (record.created, *record.toolchain.values()))
        # The comparison also rejects NaN, which would make every sum of seconds NaN.
        and all(isinstance(each, (int, float)) and 0 <= each <= LARGEST for each in numbers)
    )


def derived(records: Records, digests: Collection[str]) -> list[Record]:
    """The records of everything made from the bytes of `digests`, nearest first, then by key.

    If two actions made equal bytes and a result depends on either, both are returned.
    """
    every = [record for key in records if (record := records.get(key)) is not None]
    readers: dict[str, list[Record]] = {}
    for record in every:
        for digest in _inputs(record):
            readers.setdefault(digest, []).append(record)
    found: dict[str, Record] = {}
    todo = sorted(digests)
    while todo:
        # Records found earlier are left out, so an action that passes on its input ends the search.
        near = {r.key: r for digest in todo for r in readers.get(digest, []) if r.key not in found}
        found |= dict(sorted(near.items()))
        todo = sorted({digest for record in near.values() for digest in record.outputs.values()})
    return list(found.values())


def _inputs(record: Record) -> Iterable[str]:
    inputs = record.manifest.get("inputs")
    return map(str, inputs.values()) if isinstance(inputs, dict) else ()
