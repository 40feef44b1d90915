"""Collection: chooses what no project needs by age and size, and removes it.

A record that stays keeps the records of everything it was made from: they are small, and a render
computes keys from them without building. Where space is short, intermediate sound of such records
can go.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from approx_build.files import writing
from approx_build.store.census import Amount, Census, FileInfo
from approx_build.store.disk import store_errors, sync_folder
from approx_build.store.index import Index
from approx_build.store.store import Store

GRACE_S = 14 * 86400.0
"""Younger files stay, needed or not."""
INTERMEDIATE = frozenset({"prepare", "clip", "event", "mix"})
"""Kinds of action whose sound can be rebuilt quickly from what stays."""
DOOMED = ".removed-"
"""The prefix of folders that are being removed."""


@dataclass(frozen=True)
class Needs:
    """What must stay: records by key, with all that they were made from, and objects by digest."""

    keys: Collection[str] = frozenset()
    digests: Collection[str] = frozenset()


@dataclass(frozen=True)
class Rules:
    """What may go: files older than `grace_s`; of these, the oldest down to `keep_bytes`."""

    grace_s: float = GRACE_S
    keep_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that may go: an object by its digest, or a folder of the store by its path."""

    kind: str
    name: str
    size: int
    mtime: float
    count: int = 1


@dataclass(frozen=True)
class Plan:
    """What a collection removes. `intermediate` are objects whose records stay.

    `total` is the size of the store before, `records_size` that of the removed records.
    """

    objects: Sequence[Candidate]
    folders: Sequence[Candidate]
    intermediate: Sequence[Candidate]
    records: Sequence[str]
    records_size: int
    total: int

    @property
    def freed(self) -> int:
        """Bytes that the collection frees."""
        going = (*self.objects, *self.folders, *self.intermediate)
        return self.records_size + sum(one.size for one in going)

    def kinds(self) -> dict[str, Amount]:
        """What is removed, by kind."""
        amounts: dict[str, Amount] = {}
        for one in (*self.objects, *self.folders, *self.intermediate):
            amounts[one.kind] = amounts.get(one.kind, Amount()) + Amount(one.count, one.size)
        if self.records:
            amounts["records"] = Amount(len(self.records), self.records_size)
        return dict(sorted(amounts.items()))


def plan(
    index: Index,
    census: Census,
    needs: Needs,
    rules: Rules,
    now_s: float,
    folders: Iterable[Candidate] = (),
) -> Plan:
    """What may go; `folders` are those that no project needs. Reads and removes nothing.

    A file with a time in the future counts as young, so a wrong clock removes nothing.
    """
    # Young records and objects stay even if nothing needs them now.
    limit_s = now_s - rules.grace_s
    old = {name for name, found in census.objects.items() if found.mtime <= limit_s}
    young_keys = {key for key, found in census.records.items() if found.mtime > limit_s}
    needed = {*needs.keys, *index.makers_of(needs.digests), *young_keys}
    # A render computes the keys of needed records from the records behind them.
    kept = index.with_sources(needed)
    # Digests that a lock pins are live even when no record names them.
    live = index.outputs(kept).union(needs.digests)
    # Pinned and young objects stay even where space is short.
    fixed = index.outputs(young_keys).union(needs.digests)
    dead = _candidates(census, index, old - live)
    spare = _candidates(census, index, _intermediate(index, kept, (old & live) - fixed))
    # Folders of trainings get the same grace as objects.
    idle = [one for one in folders if one.mtime <= limit_s]
    # `young_keys` again: an unreadable young record is not in the index, so not in `kept`.
    records = sorted(census.records.keys() - kept - young_keys)
    if rules.keep_bytes is not None:
        excess = census.total - rules.keep_bytes
        going = set(_oldest([*dead, *idle], excess))
        # Unneeded objects go first; intermediate ones only if they are not enough.
        spare = _oldest(spare, excess - sum(one.size for one in going))
        dead, idle = [o for o in dead if o in going], [o for o in idle if o in going]
        gone = {one.name for one in dead}
        # A record whose objects all stay is still valid and saves work.
        records = [key for key in records if not gone.isdisjoint(_outputs(index, key))]
    else:
        # Without a limit there is no reason to make anybody rebuild intermediate sound.
        spare = []
    size = sum(census.records[key].size for key in records)
    return Plan(dead, idle, spare, records, size, census.total)


def _intermediate(index: Index, kept: Collection[str], digests: Iterable[str]) -> set[str]:
    """The objects among `digests` that only actions of intermediate kinds made."""
    makers = {digest: [k for k in index.makers.get(digest, ()) if k in kept] for digest in digests}
    return {
        digest
        for digest, keys in makers.items()
        # One object may be the output of several kinds of action; one lasting kind keeps it.
        if keys and all(index.entries[key].kind in INTERMEDIATE for key in keys)
    }


def _outputs(index: Index, key: str) -> Iterable[str]:
    return index.entries[key].outputs if key in index.entries else ()


def _candidates(census: Census, index: Index, digests: Iterable[str]) -> list[Candidate]:
    """Objects as candidates, the oldest first."""
    found = (
        Candidate(
            index.kind(d) or "of no record", d, census.objects[d].size, census.objects[d].mtime
        )
        for d in digests
    )
    return sorted(found, key=_age)


def _age(one: Candidate) -> tuple[float, str]:
    # The name decides between equal times, so that equal stores give equal plans.
    return one.mtime, one.name


def _oldest(candidates: Iterable[Candidate], excess: int) -> list[Candidate]:
    """The oldest candidates of at least `excess` bytes in all; all if they have fewer."""
    found = []
    for one in sorted(candidates, key=_age):
        if excess <= 0:
            break
        found.append(one)
        excess -= one.size
    return found


def carry_out(store: Store, index: Index, census: Census, chosen: Plan) -> None:
    """Remove what was chosen while no process builds (`store.leases.alone`).

    The order leaves a valid store after a kill: before an object goes, its record is removed, or
    the object is on the list of removed ones.
    """
    named = index.outputs(index.entries.keys() - set(chosen.records))
    # Objects that builds made again since, and those of removed records, leave the list.
    absent = store.removed.digests() & named - census.objects.keys()
    store.removed.replace(absent | {one.name for one in chosen.intermediate})
    _remove([store.records.path(key) for key in chosen.records])
    going = (*chosen.objects, *chosen.intermediate)
    _remove([store.objects.path(one.name) for one in going])
    for one in chosen.folders:
        _remove_folder(store.root / one.name)


def remove_old(
    found: Iterable[tuple[Path, FileInfo]], limit_s: float, but: Container[Path] = ()
) -> None:
    """Remove the files that were written at `limit_s` or before, except `but`."""
    _remove([path for path, one in found if one.mtime <= limit_s and path not in but])


def _remove(paths: Sequence[Path]) -> None:
    """Remove files, and make that survive a power cut before anything else is removed."""
    for path in paths:
        with store_errors(path):
            writing.remove(path)
    # One sync for each folder: a sync takes milliseconds, and many files share a folder.
    for folder in {path.parent for path in paths}:
        with store_errors(folder), suppress(FileNotFoundError):
            sync_folder(folder)


def _remove_folder(folder: Path) -> None:
    """Remove a folder: rename it first, so that a part of it is never taken for the whole."""
    doomed = folder.with_name(f"{DOOMED}{folder.name}")
    with store_errors(folder), suppress(FileNotFoundError):
        writing.remove_tree(doomed)
        writing.replace(folder, doomed)
        sync_folder(folder.parent)
        writing.remove_tree(doomed)
