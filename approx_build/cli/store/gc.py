"""`store gc`: remove what no project needs, or say what that is."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from approx_build.cli.store.amounts import listed, row, shown
from approx_build.cli.store.meter import meter
from approx_build.cli.store.place import root, seen_from_here, store_here
from approx_build.project.paths import seen_from
from approx_build.project.settings import Options

if TYPE_CHECKING:
    from approx_build.store.census import Amount
    from approx_build.upkeep.collection import Collection


@dataclass(frozen=True)
class GcAsked:
    """What `store gc` was asked: an age in seconds, a size in bytes, and choices."""

    older_than_s: float
    keep_bytes: int | None
    unfinished: bool
    forget: Path | None
    dry_run: bool


def gc(options: Options, asked: GcAsked, as_json: bool) -> None:
    """Remove, and print what went."""
    from approx_build.store.gc import Rules
    from approx_build.upkeep.collection import Asked, collect

    forgotten = Path(os.path.abspath(asked.forget)) if asked.forget else None
    rules = Asked(Rules(asked.older_than_s, asked.keep_bytes), asked.unfinished, forgotten)
    with seen_from_here():
        store, watch = store_here(options), meter(options)
        try:
            found = collect(store, root(), rules, watch, asked.dry_run)
        finally:
            watch.end()
    if as_json:
        print(json.dumps(_json(found, asked.dry_run), indent=2, ensure_ascii=False))
    elif not options.quiet:
        _say(found, asked)


def _say(found: Collection, asked: GcAsked) -> None:
    for note in found.notes:
        print(seen_from(root(), note))
    kinds = _kinds(found)
    would = "would go" if asked.dry_run else "removed"
    if not kinds:
        print(f"nothing {would}: all that is there is needed or young")
    else:
        print(f"{would}:")
        width = max(map(len, kinds))
        for kind, amount in kinds.items():
            print(row(kind, amount, width))
    for run in found.runs:
        print(f"  training {run.run or run.folder.name}: {run.status}; its checkpoints and states")
    left = found.plan.total - found.freed
    frees = "would free" if asked.dry_run else "freed"
    print(f"{frees} {shown(found.freed)}; the store {_holds(asked)} {shown(left)}")
    if asked.keep_bytes is not None and left > asked.keep_bytes:
        kept = shown(asked.keep_bytes)
        print(f"that is more than {kept}: the rest is needed, or younger than asked")


def _holds(asked: GcAsked) -> str:
    return "would hold" if asked.dry_run else "holds"


def _kinds(found: Collection) -> dict[str, Amount]:
    others = {"set aside": found.others} if found.others.count else {}
    return {**found.plan.kinds(), **others}


def _json(found: Collection, is_dry: bool) -> dict[str, object]:
    return {
        "is_dry_run": is_dry,
        "removed": {kind: listed(amount) for kind, amount in _kinds(found).items()},
        "intermediate": len(found.plan.intermediate),
        "trainings": [
            {"folder": str(run.folder), "model": run.model, "run": run.run, "status": run.status}
            for run in found.runs
        ],
        "bytes_before": found.plan.total,
        "freed": found.freed,
        "notes": list(found.notes),
    }
