"""Collection for projects: finds what none of them needs in a store, and removes it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from approx_build.errors import StoreError, UsageError, argument
from approx_build.files.writing import remove
from approx_build.store import gc
from approx_build.store.census import Amount, Census, FileInfo, census, files
from approx_build.store.disk import store_errors
from approx_build.store.gc import Needs, Plan, Rules
from approx_build.store.index import Index
from approx_build.store.store import Store
from approx_build.store.watch import Watch
from approx_build.upkeep.needs import AllNeeds, gathered
from approx_build.upkeep.projects import Users, users
from approx_build.upkeep.states import Finished, finished, newest
from approx_build.upkeep.trainings import (
    KeptRun,
    kept_runs,
    removable,
    remove_leftovers,
    set_aside_files,
)

UNREADABLE = (
    "{places}: used the store {store} and cannot be read now, so its needs are unknown; "
    "make it readable, or remove it from the register with "
    f"{argument('forget', '{first}')}"
)
PINNED = "{}; the objects of its lock and of its last render are kept"
NOBODY = (
    "no project is registered in the store {store}; render a piece of each project that uses it, "
    "or delete the whole store"
)


@dataclass(frozen=True)
class CollectionOptions:
    """Options of a collection; `forgotten` is a project or piece that no longer needs the store."""

    rules: Rules
    unfinished: bool = False
    forgotten: Path | None = None

    def forgets(self, place: Path) -> bool:
        """Whether a project or piece is in `forgotten`."""
        return self.forgotten is not None and place.is_relative_to(self.forgotten)


@dataclass(frozen=True)
class Collection:
    """What is removed, and which training runs; `others` are damaged files that were set aside."""

    plan: Plan
    runs: Sequence[KeptRun]
    others: Amount
    notes: Sequence[str]

    @property
    def freed(self) -> int:
        """Bytes that the collection frees."""
        return self.plan.freed + self.others.size


@dataclass(frozen=True)
class Survey:
    """A store and its users: its content, and what they need.

    `refusal` is the reason why nothing can be removed; empty when all needs are known.
    """

    index: Index
    census: Census
    needs: AllNeeds
    renders: Sequence[Finished]
    now_s: float
    refusal: str


def collect(
    store: Store,
    root: Path | None,
    asked: CollectionOptions,
    watch: Watch,
    today: date,
    dry_run: bool = False,
) -> Collection:
    """Remove what no project needs; with `dry_run` only return it.

    StoreError when a build uses the store, or when the needs of a project are unknown.
    """
    # With a typing error in the path, the collection would run and forget nothing.
    if asked.forgotten is not None and not any(map(asked.forgets, _places(store))):
        raise UsageError(
            f"{argument('forget', asked.forgotten)}: no project or piece there used the store"
        )
    # Also for a dry run: a build at the same time would change what is found.
    with store.leases.exclusive():
        found = survey(store, root, asked, watch, today)
        if found.refusal:
            raise StoreError(found.refusal)
        chosen = planned(store, found, asked)
        if not dry_run:
            watch.begin("removing", 1)
            _carry_out(store, found, chosen, asked)
        watch.end()
        return chosen


def survey(
    store: Store, root: Path | None, asked: CollectionOptions, watch: Watch, today: date
) -> Survey:
    """Read records, states, pieces and models."""
    here = census(store.root)
    watch.begin("reading records", len(here.records))
    index = Index.of(store.records, here.records, watch.step)
    renders = [
        one for one in finished(store.root)[0] if not one.is_moved and not asked.forgets(one.piece)
    ]
    uses = [use for use in store.projects.uses() if not asked.forgets(use.piece or use.project)]
    found = users(uses, [one.piece for one in renders], root)
    needs = gathered(found.projects, root, index, here, store.memo, watch, today)
    place = Path(os.path.abspath(store.root))
    # A store inside its only project needs no register.
    is_own = any(one.root == root and place.is_relative_to(one.root) for one in found.projects)
    refusal = _refusal(store, found, needs)
    if not (refusal or uses or renders or is_own):
        refusal = NOBODY.format(store=store.root)
    return Survey(index, here, needs, renders, _now(store), refusal)


def planned(store: Store, found: Survey, asked: CollectionOptions) -> Collection:
    """What is removed."""
    index, needs, limit_s = found.index, found.needs, found.now_s - asked.rules.grace_s
    named = {digest for one in _alive(found, limit_s) for digest in one.digests}
    # Delivered objects without a record cannot be rebuilt, so they stay whoever made them.
    unmade = {digest for digest in named if digest not in index.makers}
    # By their makers: the objects of a render stay with everything that they were made from.
    keys = needs.keys(index) | index.makers_of(named)
    runs, notes = kept_runs(store.root), list(map(PINNED.format, needs.problems.values()))
    folders = removable(runs, needs.declared, store.root, asked.unfinished)
    # The model that cannot be read may declare any of these trainings.
    if folders and any(model.problem for model in needs.models):
        folders = []
        notes.append("no training is removed while a model cannot be read")
    wanted = Needs(keys, needs.digests() | unmade)
    chosen = gc.plan(index, found.census, wanted, asked.rules, found.now_s, folders)
    going = {store.root / one.name for one in chosen.folders}
    others = Amount.of(one for _, one in _set_aside(store) if one.mtime <= limit_s)
    return Collection(chosen, [run for run in runs if run.folder in going], others, notes)


def _refusal(store: Store, found: Users, needs: AllNeeds) -> str:
    """Why the needs are unknown; empty when they are known."""
    for path in store.projects.damaged():
        return (
            f"{path} is damaged: it named a project that uses the store; "
            f"`approx-build store check` with {argument('repair', True)} removes it"
        )
    if found.unreadable:
        places = ", ".join(map(str, found.unreadable))
        first = found.unreadable[0]
        return UNREADABLE.format(store=store.root, places=places, first=first)
    return next((piece.lock_problem for piece in needs.pieces if piece.lock_problem), "")


def _alive(found: Survey, limit_s: float) -> list[Finished]:
    """The renders whose objects stay: the last one of each existing piece, and young ones."""
    there = [one for one in found.renders if one.piece.is_file()]
    last = {one.path for one in newest(there)}
    return [one for one in there if one.path in last or one.mtime > limit_s]


def _carry_out(store: Store, found: Survey, chosen: Collection, asked: CollectionOptions) -> None:
    limit_s = found.now_s - asked.rules.grace_s
    _forget(store, asked)
    gc.carry_out(store, found.index, found.census, chosen.plan)
    # A removal that was killed left the folder under the name that it gets first.
    remove_leftovers(store.root)
    alive = {one.path for one in _alive(found, limit_s)}
    # A state of a living render is kept: it is what keeps the objects of that render.
    gc.remove_old(files(store.root / "states"), limit_s, alive)
    gc.remove_old(_set_aside(store), limit_s)
    store.drafts.sweep()


def _set_aside(store: Store) -> Iterator[tuple[Path, FileInfo]]:
    """The damaged files that were set aside."""
    yield from files(store.root / "quarantine")
    yield from set_aside_files(store.root)


def _forget(store: Store, asked: CollectionOptions) -> None:
    """Remove the entries of a project or piece that no longer needs the store."""
    if asked.forgotten is not None:
        store.projects.forget(asked.forgotten)
    for one in finished(store.root)[0]:
        if asked.forgets(one.piece):
            with store_errors(one.path):
                remove(one.path)


def _places(store: Store) -> Iterator[Path]:
    """The projects and pieces in the register of the store."""
    yield from (use.piece or use.project for use in store.projects.uses())
    yield from (one.piece for one in finished(store.root)[0])


def _now(store: Store) -> float:
    """The time by the clock that dates the files of the store, which may be that of a server."""
    with suppress(StoreError, OSError), store.drafts.new() as path:
        return path.stat().st_mtime
    return time.time()
