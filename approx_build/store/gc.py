"""Keeping the store in order: what it holds, what nobody needs, and what the disk damaged."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from approx_build.store.disk import plain_words
from approx_build.store.store import Store

GRACE_S = 14 * 86400.0
"""Objects and records younger than this are kept whoever needs them."""


@dataclass(frozen=True)
class Sizes:
    """Counts and bytes of what the store holds."""

    objects: int
    object_bytes: int
    records: int
    record_bytes: int
    drafts: int
    draft_bytes: int
    quarantined: int
    quarantine_bytes: int


@dataclass(frozen=True)
class Collected:
    """What a collection removed, or would remove."""

    objects: int
    object_bytes: int
    records: int


def sizes(store: Store) -> Sizes:
    """What lies in the store now."""
    counts: list[int] = []
    for folder in ("objects", "records", "drafts", "quarantine"):
        states = [state for _, state in _files(store.root / folder)]
        counts += [len(states), sum(state.st_size for state in states)]
    return Sizes(*counts)


def collect(
    store: Store,
    digests: Iterable[str] = (),
    keys: Iterable[str] = (),
    grace_s: float = GRACE_S,
    dry_run: bool = False,
) -> Collected:
    """Remove what is old and not needed for `digests` or by the records of `keys`.

    Refused while a builder uses the store. What a build needs and does not find, it makes again.
    """
    with store.leases.alone():
        limit_s = time.time() - grace_s
        old_records = dict(_old(store, "records", limit_s))
        kept_keys = set(store.records).difference(old_records).union(keys)
        live = set(digests).union(*(_outputs(store, key) for key in kept_keys))
        objects = [(n, p) for n, p in _old(store, "objects", limit_s) if n not in live]
        dead = {digest for digest, _ in objects}
        idle = old_records.keys() - kept_keys
        records = [old_records[key] for key in idle if dead.intersection(_outputs(store, key))]
        found = sum(path.stat().st_size for _, path in objects)
        if not dry_run:
            # Records first: a record without its object would only promise it.
            _remove([*records, *(path for _, path in objects)])
            _remove([path for _, path in _old(store, "states", limit_s)])
            store.drafts.sweep()
    return Collected(len(objects), found, len(records))


def check(store: Store) -> list[str]:
    """The digests of all objects that are not what their names say. Changes nothing."""
    return [digest for digest in store.objects if not store.objects.is_right(digest)]


def repair(store: Store) -> list[str]:
    """Move damaged objects aside and forget damaged records; returns the damaged digests."""
    damaged = [digest for digest in store.objects if not store.objects.verify(digest)]
    for key in list(store.records):
        if store.records.get(key) is None:
            store.records.remove(key)
    store.drafts.sweep()
    return damaged


def _outputs(store: Store, key: str) -> frozenset[str]:
    record = store.records.get(key)
    return frozenset(record.outputs.values()) if record else frozenset()


def _old(store: Store, folder: str, limit_s: float) -> Iterator[tuple[str, Path]]:
    for path, state in _files(store.root / folder):
        if state.st_mtime <= limit_s:
            yield path.parent.name + path.name, path


def _files(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    for at, _, names in os.walk(folder):
        for name in sorted(names):
            path = Path(at, name)
            with suppress(FileNotFoundError):
                yield path, path.stat()


def _remove(paths: list[Path]) -> None:
    for path in paths:
        with plain_words(path):
            path.unlink(missing_ok=True)
