"""Sizes: what a store contains, by kind and by piece, and what a collection would free."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from approx_build.store.census import Amount, Census, FileInfo
from approx_build.store.gc import Rules
from approx_build.store.index import Index
from approx_build.store.store import Store
from approx_build.store.watch import Watch
from approx_build.upkeep.collection import CollectionOptions, planned, survey
from approx_build.upkeep.needs import AllNeeds
from approx_build.upkeep.trainings import KeptRun, kept_runs


@dataclass(frozen=True)
class Share:
    """What a piece or model uses in a store; `shared` are objects that others use, too."""

    name: str
    objects: Amount
    shared: Amount
    problem: str = ""


@dataclass(frozen=True)
class Run:
    """A training in a store, and whether a model declares it."""

    kept: KeptRun
    is_declared: bool


@dataclass(frozen=True)
class Sizes:
    """The sizes of a store: objects by the kind of action that made them, and everything else.

    `freed` is what a collection would free, None if it would be refused: `refusal` is the reason.
    """

    objects: Mapping[str, Amount]
    others: Mapping[str, Amount]
    total: int
    shares: Sequence[Share]
    unneeded: Amount
    runs: Sequence[Run]
    freed: int | None
    refusal: str


def sizes(store: Store, root: Path | None, watch: Watch, today: date) -> Sizes:
    """The sizes of `store`; one of its projects is at `root`."""
    asked = CollectionOptions(Rules())
    found = survey(store, root, asked, watch, today)
    chosen = planned(store, found, asked)
    watch.end()
    here, declared = found.census, {digest[:16] for digest in found.needs.declared}
    shares, unneeded = _shares(found.index, here, found.needs)
    kinds: dict[str, list[FileInfo]] = {}
    for digest, one in here.objects.items():
        kinds.setdefault(found.index.kind(digest) or "of no record", []).append(one)
    others = {"records": Amount.of(here.records.values()), **here.others}
    return Sizes(
        {kind: Amount.of(every) for kind, every in sorted(kinds.items())},
        dict(sorted(others.items())),
        here.total,
        shares,
        unneeded,
        [Run(run, run.folder.name in declared) for run in kept_runs(store.root)],
        None if found.refusal else chosen.freed,
        found.refusal,
    )


def _shares(index: Index, here: Census, needs: AllNeeds) -> tuple[list[Share], Amount]:
    """What each piece and model uses, and what none of them uses."""
    cached = {
        piece.name: _objects(index, here, piece.keys, piece.digests) for piece in needs.pieces
    }
    for model in needs.models:
        cached[model.name] = _objects(index, here, model.cached.keys.values(), model.cached.needed)
    times = Counter(digest for digests in cached.values() for digest in digests)
    shares = [
        Share(
            name,
            Amount.of(here.objects[digest] for digest in digests),
            Amount.of(here.objects[digest] for digest in digests if times[digest] > 1),
            needs.problems.get(name, ""),
        )
        for name, digests in cached.items()
    ]
    return shares, Amount.of(one for digest, one in here.objects.items() if digest not in times)


def _objects(index: Index, here: Census, keys: Iterable[str], digests: Iterable[str]) -> set[str]:
    """The existing objects of records, of everything they were made from, and of digests."""
    named = index.outputs(index.with_sources(keys)).union(digests)
    return named & here.objects.keys()
