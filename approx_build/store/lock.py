"""The lock of a piece: the digests of its checkpoints, takes, stems and movements.

A JSON file beside the score, to be committed: sorted and indented, the same text for the same
content. `samples_digest` covers the samples alone, so that a change of the container can be
recognised.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from approx_build.errors import StoreError, reason
from approx_build.files.json_text import encoded, parse_json
from approx_build.files.opening import read_bounded
from approx_build.process.locks import LockResult, try_lock
from approx_build.process.system import open_handle
from approx_build.store.delivery import write as deliver_text

VERSION: Final = 1
SECTIONS: Final = ("checkpoints", "takes", "stems", "movements")
LONGEST_PIN: Final = 64
"""Characters of a key or a digest."""
PAUSE_S, LONGEST_S = 0.02, 60.0
"""How long a writer of a lock waits for another one, which takes a moment unless it is stopped."""


@dataclass(frozen=True, slots=True)
class Pin:
    """One target: the key it was made under and the digest of its bytes."""

    key: str
    digest: str
    samples_digest: str = ""


@dataclass(frozen=True)
class Lock:
    """All pins of a piece by section and target, and the toolchain that made them."""

    piece: str
    versions: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    checkpoints: Mapping[str, Pin] = field(default_factory=dict)
    takes: Mapping[str, Pin] = field(default_factory=dict)
    stems: Mapping[str, Pin] = field(default_factory=dict)
    movements: Mapping[str, Pin] = field(default_factory=dict)

    def pins(self) -> dict[str, Pin]:
        """Every pin, by target, in the order of the build."""
        return {name: pin for section in SECTIONS for name, pin in getattr(self, section).items()}


@dataclass(frozen=True, slots=True)
class Change:
    """A target whose pin differs between two locks; None where a lock has no such target."""

    section: str
    target: str
    old: Pin | None
    new: Pin | None

    @property
    def is_sound(self) -> bool:
        """Whether the bytes differ, and not only the key."""
        return self.old is None or self.new is None or self.old.digest != self.new.digest


def read(path: Path) -> Lock | None:
    """The lock at `path`; None when there is no such file, StoreError when it is not a lock."""
    try:
        return _parsed(parse_json(read_bounded(path)))
    except FileNotFoundError:
        return None
    # Before ValueError, of which it is a subclass: it knows line and column, as after a bad merge.
    except json.JSONDecodeError as error:
        place = f"{path}:{error.lineno}:{error.colno}"
        raise StoreError(f"{place}: not a lock ({error.msg}); {_ADVICE}") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(f"{path}: not a lock ({reason(error)}); {_ADVICE}") from error


@contextmanager
def merging(path: Path) -> Iterator[None]:
    """Keep other renders out while the block reads, changes and writes the lock at `path`.

    The folder is locked, because every project would have to ignore a separate lock file in version
    control. Where folders cannot be locked, no render is kept out. StoreError after LONGEST_S.
    """
    with ExitStack() as stack:
        # Writing the lock reports what is wrong with the folder.
        with suppress(OSError):
            handle = open_handle(path.parent, os.O_RDONLY)
            stack.callback(os.close, handle)
            _wait(handle, path)
        yield


def _wait(handle: int, path: Path) -> None:
    deadline = time.monotonic() + LONGEST_S
    # NFS locks only files open for writing, which a folder cannot be: an OSError.
    while try_lock(handle) is LockResult.BUSY:
        if time.monotonic() > deadline:
            raise StoreError(f"{path}: another process keeps changing it; run again")
        time.sleep(PAUSE_S)


def write(path: Path, lock: Lock) -> bool:
    """Write `lock` to `path`; returns whether it had to be written."""
    return deliver_text(path, content(lock))


def content(lock: Lock) -> bytes:
    """The bytes of the lock file; names in it may contain any character."""
    return encoded(text(lock))


def text(lock: Lock) -> str:
    """The text of the lock file."""
    rows: dict[str, Any] = {"lock": VERSION, **asdict(lock)}
    for section in SECTIONS:
        rows[section] = {target: _row(pin) for target, pin in rows[section].items()}
    tidy = {k: dict(sorted(v.items())) if isinstance(v, dict) else v for k, v in rows.items()}
    return json.dumps(tidy, indent=2, ensure_ascii=False) + "\n"


def changes(old: Lock, new: Lock) -> list[Change]:
    """The pins that differ, in the order of the build; versions and environment do not count."""
    found = []
    for section in SECTIONS:
        before, after = getattr(old, section), getattr(new, section)
        targets = sorted(before.keys() | after.keys())
        pairs = ((target, before.get(target), after.get(target)) for target in targets)
        found += [Change(section, target, a, b) for target, a, b in pairs if a != b]
    return found


_ADVICE = "restore it from version control, or remove it and render again"


def _row(pin: dict[str, str]) -> dict[str, str]:
    # Checkpoints have no samples, so their pins have no `samples_digest`.
    return {name: value for name, value in pin.items() if value}


def _parsed(rows: dict[str, Any]) -> Lock:
    if rows.pop("lock") != VERSION:
        raise ValueError("it is of another version")
    # Ignored fields would be lost when the lock is written again.
    unknown = rows.keys() - {each.name for each in fields(Lock)}
    if unknown:
        raise ValueError(f"unknown field {min(unknown)!r}")
    for section in SECTIONS:
        rows[section] = {target: _pin(**pin) for target, pin in rows.get(section, {}).items()}
    lock = Lock(**rows)
    texts = [lock.piece, *lock.versions.values(), *lock.environment.values()]
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("piece, versions and environment must be text")
    return lock


def _pin(key: str, digest: str, samples_digest: str = "") -> Pin:
    """A pin; ValueError unless its values are letters and digits: some name files of a store."""
    for value in (key, digest, samples_digest or digest):
        if not (value.isascii() and value.isalnum() and len(value) <= LONGEST_PIN):
            raise ValueError(f"{value[:LONGEST_PIN]!r} is not a digest")
    return Pin(key, digest, samples_digest)
