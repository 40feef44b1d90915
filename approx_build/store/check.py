"""The check of a store: reads every object and record and verifies names and checksums.

Builders may add, remove and rebuild files meanwhile: a file that vanishes is no fault, and a repair
reads a file again first.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path

from approx_build.canonical import canonical
from approx_build.files.opening import open_regular
from approx_build.files.writing import rewritten
from approx_build.store.disk import clear
from approx_build.store.fault import Fault
from approx_build.store.index import Index
from approx_build.store.reading import Seen, read_all
from approx_build.store.records import Record, is_damaged
from approx_build.store.store import Store

NOT_AS_WRITTEN = "is damaged"
MADE_AGAIN = "the next render that needs it rebuilds it"
RESTORED = "restored from a delivered file or checkpoint if one has its bytes, otherwise "


@dataclass(frozen=True)
class Known:
    """Knowledge from outside the store: the owners of keys, and copies of objects."""

    names: Mapping[str, str] = field(default_factory=dict)
    """Key -> what it made, as text."""
    copies: Mapping[str, Collection[Path]] = field(default_factory=dict)
    """Digest -> files that may contain the same bytes; an object is restored from one of them."""

    def owner(self, keys: Iterable[str], kind: str = "") -> str:
        """The piece or other owner of keys, as text."""
        names = sorted({self.names[key] for key in keys if key in self.names})
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        return ", ".join(names[:3]) + more if names else kind and f"a {kind} of an unknown piece"


def object_faults(store: Store, index: Index, known: Known, jobs: int, seen: Seen) -> list[Fault]:
    """The objects whose content does not have the digest in their names."""
    # A list, because the digests are used twice and builders may add objects between the two.
    digests = list(store.objects)
    paths = [store.objects.path(digest) for digest in digests]
    return [
        Fault(
            "object",
            read.path,
            read.problem or "does not contain the bytes that its name says",
            known.owner(index.makers.get(digest, ()), index.kind(digest)),
            f"moved to quarantine/; {RESTORED if known.copies.get(digest) else ''}{MADE_AGAIN}",
            partial(_replace, store, index, known, digest),
        )
        for digest, read in zip(digests, read_all(paths, jobs, seen), strict=True)
        if read.problem or read.digest not in ("", digest)
    ]


def read_records(store: Store, index: Index, seen: Callable[[], None]) -> list[str]:
    """Put all valid records into `index`; returns the keys of the others."""
    broken = []
    for key in store.records:
        record = store.records.get(key)
        if record is not None and _is_of(record, key):
            index.add(record)
        # A collection may have removed the record since its name was listed: that is no fault.
        elif store.records.path(key).exists():
            broken.append(key)
        seen()
    return broken


def record_faults(store: Store, broken: Iterable[str], known: Known) -> Iterator[Fault]:
    """The faults of invalid records."""
    for key in broken:
        # A readable record is at fault here only if its manifest does not give its key.
        is_read = store.records.get(key) is not None
        yield Fault(
            "record",
            store.records.path(key),
            "is the record of another key" if is_read else NOT_AS_WRITTEN,
            known.owner([key]),
            f"forgotten; {MADE_AGAIN}",
            partial(_forget, store, key),
        )


def lost_objects(store: Store, index: Index, known: Known) -> Iterator[Fault]:
    """The missing objects that records name, except those that a collection removed."""
    if store.removed.is_damaged():
        return  # a removed object and a lost one look the same
    removed = store.removed.digests()
    for digest in sorted(index.makers.keys() - removed):
        if store.objects.path(digest).exists():
            continue
        # A builder may have removed the record meanwhile to make the object again.
        if keys := [key for key in index.makers[digest] if store.records.get(key)]:
            yield Fault(
                "object",
                store.objects.path(digest),
                "is missing, and a record names it",
                known.owner(keys, index.kind(digest)),
                f"its record is removed; {MADE_AGAIN}",
                partial(_replace, store, index, known, digest),
            )


def advice_faults(store: Store, index: Index) -> Iterator[Fault]:
    """Damaged files whose loss costs no sound: journal, memo and lists."""
    if problem := _journal_problem(store):
        belongs = "the latest keys of targets, and durations for estimates"
        repair = partial(_do, partial(_repair_journal, store))
        yield Fault(
            "journal", store.journal.path, problem, belongs, "damaged lines are removed", repair
        )
    if is_damaged(store.memo.path):
        belongs = "digests of the project's files"
        repair = partial(_do, partial(clear, store.memo.path))
        yield Fault(
            "memo",
            store.memo.path,
            NOT_AS_WRITTEN,
            belongs,
            "removed; files are read again",
            repair,
        )
    if store.removed.is_damaged():
        # Lost objects cannot be told from removed ones without the list, so all of them go on the
        # new one.
        absent = [digest for digest in index.makers if digest not in store.objects]
        belongs = "the list of objects that `store gc` removed"
        repair = partial(_do, partial(_repair_removed, store, absent))
        yield Fault("removed", store.removed.path, NOT_AS_WRITTEN, belongs, "rewritten", repair)
    for path in store.projects.damaged():
        belongs = "a project that uses the store"
        remedy = "removed; the next build of the project registers it again"
        repair = partial(_do, partial(clear, path))
        yield Fault("project", path, NOT_AS_WRITTEN, belongs, remedy, repair)


def _journal_problem(store: Store) -> str:
    if store.journal.path.is_dir():
        return "is a folder, but must be a file"
    count = store.journal.damaged()
    return f"{count} line{'s are' if count > 1 else ' is'} damaged" if count else ""


def _repair_journal(store: Store) -> None:
    if store.journal.path.is_dir():
        clear(store.journal.path)
    store.journal.drop_damaged()


def _repair_removed(store: Store, absent: Collection[str]) -> None:
    clear(store.removed.path)
    store.removed.replace(absent)


def _is_of(record: Record, key: str) -> bool:
    # The checksum of a record proves only that it is as written; the manifest proves what it is of.
    return record.key == key and sha256(canonical(record.manifest).encode()).hexdigest() == key


def _replace(store: Store, index: Index, known: Known, digest: str) -> bool:
    """Move a damaged object aside; replace it with a copy, or remove its records."""
    if store.objects.verify(digest):
        return True  # rebuilt meanwhile
    # A copy may have been edited since it was delivered, so it is hashed before it is used.
    for read in read_all([*known.copies.get(digest, ())], 1):
        if read.digest == digest:
            with (
                # The writer hashes the bytes again: an object gets the name of what it contains in
                # any case.
                store.objects.writer() as draft,
                open_regular(read.path) as source,
                rewritten(draft.path) as file,
            ):
                shutil.copyfileobj(source, file)
            return True
    for key in index.makers.get(digest, ()):
        store.records.remove(key)
    return True


def _forget(store: Store, key: str) -> bool:
    record = store.records.get(key)
    # A builder may have replaced the record with a good one since the check read it.
    if record is None or not _is_of(record, key):
        store.records.remove(key)
    return True


def _do(repair: Callable[[], object]) -> bool:
    repair()
    return True
