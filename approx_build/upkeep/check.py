"""The check of a store, of the trainings in it, and of the files delivered from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from approx_build.errors import ApproxError
from approx_build.store.census import Amount, Census, census, files
from approx_build.store.check import (
    NOT_AS_WRITTEN,
    Known,
    advice_faults,
    lost_objects,
    object_faults,
    read_records,
    record_faults,
)
from approx_build.store.disk import clear
from approx_build.store.fault import Fault
from approx_build.store.index import Index
from approx_build.store.reading import read_all
from approx_build.store.store import Store
from approx_build.store.watch import Watch
from approx_build.upkeep.delivered import Delivery
from approx_build.upkeep.needs import AllNeeds, PieceNeeds, gathered
from approx_build.upkeep.projects import users
from approx_build.upkeep.states import Finished, drop, finished
from approx_build.upkeep.trainings import checkpoint_files, run_faults

COLLECTED = "removed by `store gc`; they are made again when something reads them"


@dataclass(frozen=True)
class Checked:
    """The result of a check: faults, warnings, and how much was read."""

    faults: Sequence[Fault]
    notes: Sequence[str]
    objects: Amount
    records: int
    files: int
    """Checkpoints of trainings and delivered files."""


def check(store: Store, root: Path, out: Path, jobs: int, watch: Watch, today: date) -> Checked:
    """Read and verify everything in `store`, and what the project at `root` delivered to `out`.

    Collections wait meanwhile; builds do not.
    """
    with store.leases.in_use():
        return _Check(store, root, out, jobs, watch, today).run()


def repaired(store: Store, faults: Sequence[Fault], watch: Watch) -> list[tuple[Fault, str]]:
    """Repair what can be repaired; each fault with why it remains, empty if it does not."""
    store.drafts.sweep()
    watch.begin("repairing", len(faults))
    found = []
    for fault in faults:
        try:
            is_done, problem = fault.repair(), "it is in use; try again later"
        except (ApproxError, OSError) as error:
            is_done, problem = False, str(error)
        found.append((fault, "" if is_done else problem if fault.remedy else NO_REMEDY))
        watch.step()
    if any(fault.kind == "record" for fault in faults):
        # No state names records: a render that trusted one would not miss them.
        for render in finished(store.root)[0]:
            drop(store, render)
    watch.end()
    return found


READ_IN_PART = "{}; only the files that the lock pins were compared"
NO_REMEDY = "it cannot be repaired here"


class _Check:
    def __init__(
        self, store: Store, root: Path, out: Path, jobs: int, watch: Watch, today: date
    ) -> None:
        self.store, self.root, self.out, self.today = store, root, out, today
        self.jobs, self.watch, self.index = jobs, watch, Index()

    def run(self) -> Checked:
        store, index, here = self.store, self.index, census(self.store.root)
        self.watch.begin("reading records", len(here.records))
        # Records first: the index tells what each damaged object belongs to.
        broken = read_records(store, index, self.watch.step)
        renders, states = finished(store.root)
        needs = self._needs(here, renders)
        delivery = Delivery(store, index, self.out)
        for piece in needs.pieces:
            # The folder for renders is that of this project only.
            if piece.project == self.root:
                delivery.add(piece, renders)
        known = Known(self._names(needs), self._copies(delivery))
        self.watch.begin("reading objects", Amount.of(here.objects.values()).size, is_bytes=True)
        faults = object_faults(store, index, known, self.jobs, self.watch.step)
        faults += [*record_faults(store, broken, known), *lost_objects(store, index, known)]
        faults += [*advice_faults(store, index), *map(_state_fault, states)]
        faults += [_lock_fault(piece) for piece in needs.pieces if piece.lock_problem]
        damaged, expected = run_faults(store, index)
        expected += delivery.expected
        sizes = _sizes(one.path for one in expected)
        self.watch.begin("reading files", sum(sizes.values()), is_bytes=True)
        reads = read_all([one.path for one in expected], self.jobs, self.watch.step)
        self.watch.end()
        judged = [one.judged(read) for one, read in zip(expected, reads, strict=True)]
        faults += [*damaged, *(one for one in judged if one), *delivery.missing]
        notes = [
            *self._notes(here),
            *_delivery_notes(delivery),
            *map(READ_IN_PART.format, needs.problems.values()),
        ]
        objects = Amount.of(here.objects.values())
        return Checked(faults, notes, objects, len(here.records), len(expected))

    def _needs(self, here: Census, renders: Sequence[Finished]) -> AllNeeds:
        """The results of this project in the store."""
        store = self.store
        found = users(store.projects.uses(), [one.piece for one in renders], self.root)
        own = [project for project in found.projects if project.root == self.root]
        memo, watch = store.memo, self.watch
        return gathered(own, self.root, self.index, here, memo, watch, self.today)

    def _names(self, needs: AllNeeds) -> Mapping[str, str]:
        """What keys made, as text: from the journal, or the piece they belong to."""
        # The names of pieces replace those of the journal: they also say which piece it is.
        names = {entry.key: entry.target for entry in self.store.journal}
        for piece in needs.pieces:
            names |= {pin.key: f"{target} of {piece.name}" for target, pin in piece.pins.items()}
            names |= {key: f"{target} of {piece.name}" for target, key in piece.cached.keys.items()}
        return names

    def _copies(self, delivery: Delivery) -> Mapping[str, list[Path]]:
        """Files that may contain the bytes of an object."""
        copies = {digest: list(paths) for digest, paths in delivery.copies.items()}
        shipped = sorted((self.root / "models" / "checkpoints").glob("*"))
        for digest, path in checkpoint_files(self.store.root, shipped):
            copies.setdefault(digest, []).append(path)
        return copies

    def _notes(self, here: Census) -> Iterator[str]:
        if count := len(self.store.removed.digests() - here.objects.keys()):
            yield f"{count} objects of intermediate sound were {COLLECTED}"
        for name, words in (("quarantine", "set aside earlier"), ("drafts", "being written")):
            if count := here.others.get(name, Amount()).count:
                yield f"{name}/: {count} files, {words}"


def _delivery_notes(delivery: Delivery) -> Iterator[str]:
    """Warnings about delivered files that are no faults."""
    for name in delivery.absent:
        yield f"{name}: no delivered files in {delivery.out}"
    if delivery.older:
        yield f"{_listed(delivery.older)}: from an older version of the piece; render it again"
    if delivery.unknown:
        yield f"{_listed(delivery.unknown)}: neither a lock nor a render describes its content"


def _listed(paths: Sequence[Path]) -> str:
    more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
    return ", ".join(str(path) for path in paths[:3]) + more


def _sizes(paths: Iterator[Path]) -> dict[Path, int]:
    return {path: one.size for each in paths for path, one in files(each)}


def _state_fault(path: Path) -> Fault:
    remedy = "removed; the next render takes slightly longer"
    repair = partial(_removed, path)
    return Fault("state", path, NOT_AS_WRITTEN, "a finished render", remedy, repair)


def _removed(path: Path) -> bool:
    clear(path)
    return True


def _lock_fault(piece: PieceNeeds) -> Fault:
    path = piece.score.with_suffix(".lock")
    return Fault("lock", path, piece.lock_problem.removeprefix(f"{path}: "), f"of {piece.name}")
