"""Records: what an action made, under its key, published after its objects.

A record file is canonical JSON under its seal. A record that is missing, unreadable, damaged or
of another key is a miss. It is believed without looking at its objects; those are checked when
they are used.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path

from approx_build.canonical import Json, canonical
from approx_build.files.opening import read_bounded
from approx_build.store.census import named
from approx_build.store.disk import clear
from approx_build.store.drafts import Drafts


def seal(text: str) -> bytes:
    """The digest of `text` on a line, then `text`."""
    data = text.encode()
    return sha256(data).hexdigest().encode() + b"\n" + data


def unseal(data: bytes) -> str | None:
    """The text that was sealed; None when a bit of it or of its digest is another."""
    claimed, _, rest = data.partition(b"\n")
    return rest.decode() if sha256(rest).hexdigest().encode() == claimed else None


def is_damaged(path: Path) -> bool:
    """Whether a sealed file is there and not as it was written."""
    try:
        return unseal(read_bounded(path)) is None
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        return True


DEAR_S = 0.2
"""Records of actions that took at least this long are synced to the disk."""


@dataclass(frozen=True)
class Record:
    """One finished action: what it saw, what it made and what that took."""

    key: str
    manifest: Mapping[str, Json]
    outputs: Mapping[str, str]  # name -> digest; consumers get "main"
    facts: Mapping[str, Json] = field(default_factory=dict)  # what is known of the outputs
    seconds: float = 0.0  # its share of the wall clock of the batch it ran in
    cpu_seconds: float = 0.0
    peak_bytes: int = 0  # highest resident memory of the process while it ran
    toolchain: Mapping[str, str] = field(default_factory=dict)
    created: str = ""  # for people; nothing reads it

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
        """Where the record of `key` lies, or would."""
        return self._folder / key[:2] / key[2:]

    def get(self, key: str) -> Record | None:
        """The record of `key`; None when there is none that can be believed."""
        if not (key.isascii() and key.isalnum()):
            return None  # of a damaged journal, perhaps: not to be made a path
        try:
            data = read_bounded(self.path(key))
        except OSError:
            return None
        record = _read(data)
        return record if record and record.key == key else None

    def put(self, record: Record) -> None:
        """Publish `record`, in place of an earlier one of the same key. Its objects come first.

        Syncing takes longer than many an action, so records of short ones are left to the
        system: a power cut may lose or tear the latest of them, and their actions run again.
        """
        path, is_dear = self.path(record.key), record.seconds >= DEAR_S
        if path.is_dir():
            clear(path)
        self._drafts.replace(path, seal(canonical(asdict(record))), is_dear)

    def remove(self, key: str) -> None:
        """Forget the record of `key`, if any."""
        clear(self.path(key))

    def __iter__(self) -> Iterator[str]:
        """The keys of all records, sorted; whether they can be believed is another matter."""
        return (name for name, _ in named(self._folder))


def _read(data: bytes) -> Record | None:
    text = unseal(data)
    try:
        record = Record(**json.loads(text)) if text else None
    except (ValueError, TypeError):
        return None
    return record if record and "main" in record.outputs else None


def derived(records: Records, digests: Collection[str]) -> list[Record]:
    """The records of everything made from the bytes of `digests`, nearest first, then by key.

    Two actions that made equal bytes are both told where either was made from them.
    """
    every = [record for key in records if (record := records.get(key)) is not None]
    readers: dict[str, list[Record]] = {}
    for record in every:
        for digest in _inputs(record):
            readers.setdefault(digest, []).append(record)
    found: dict[str, Record] = {}
    todo = sorted(digests)
    while todo:
        near = {r.key: r for digest in todo for r in readers.get(digest, []) if r.key not in found}
        found |= dict(sorted(near.items()))
        todo = sorted({digest for record in near.values() for digest in record.outputs.values()})
    return list(found.values())


def _inputs(record: Record) -> Iterable[str]:
    inputs = record.manifest.get("inputs")
    return map(str, inputs.values()) if isinstance(inputs, dict) else ()
