"""`store sizes`: what the store holds, by kind and by piece."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from approx_build.cli.store.amounts import listed, row, shown
from approx_build.cli.store.meter import meter
from approx_build.cli.store.place import root, seen_from_here, store_here
from approx_build.project.paths import seen_from
from approx_build.project.settings import Options

if TYPE_CHECKING:
    from approx_build.store.census import Amount
    from approx_build.upkeep.sizes import Run, Sizes


def sizes(options: Options, as_json: bool) -> None:
    """Print the sizes."""
    from approx_build.upkeep.sizes import sizes as measured

    with seen_from_here():
        store, watch = store_here(options), meter(options)
        try:
            found = measured(store, root(), watch)
        finally:
            watch.end()
    if as_json:
        print(json.dumps(_json(found), indent=2, ensure_ascii=False))
        return
    _say_table("objects, by what made them", found.objects)
    _say_table("other files", found.others)
    if found.runs:
        print("trainings")
        for run in found.runs:
            print(f"  {_run(run)}")
    _say_shares(found)
    print(f"in all {shown(found.total)}; {_freed(found)}")


def _say_table(title: str, amounts: Mapping[str, Amount]) -> None:
    print(title)
    width = max(map(len, amounts), default=0)
    for name, amount in sorted(amounts.items(), key=lambda one: -one[1].size):
        print(row(name, amount, width))


def _say_shares(found: Sizes) -> None:
    if not found.shares:
        return
    print("objects, by piece and model (what several hold is counted with each, and once in all)")
    width = max(len(share.name) for share in found.shares)
    for share in sorted(found.shares, key=lambda one: -one.objects.size):
        shared = f"  {shown(share.shared.size)} shared" if share.shared.size else ""
        problem = f"  has faults: {seen_from(root(), share.problem)}" if share.problem else ""
        print(row(share.name, share.objects, width, shared + problem))
    print(row("none of them", found.unneeded, width))


def _run(run: Run) -> str:
    kept = run.kept
    name = f"{kept.run or kept.folder.name}: {kept.status}"
    declared = "" if run.is_declared else ", no model is declared like this now"
    return f"{name}{declared}; {kept.amount.count} files, {shown(kept.amount.size)}"


def _freed(found: Sizes) -> str:
    if found.freed is None:
        return f"`store gc` would be refused: {seen_from(root(), found.refusal)}"
    return f"`store gc` would free {shown(found.freed)}"


def _json(found: Sizes) -> dict[str, object]:
    return {
        "objects": {kind: listed(amount) for kind, amount in found.objects.items()},
        "others": {name: listed(amount) for name, amount in found.others.items()},
        "trainings": [
            {
                "folder": str(run.kept.folder),
                "model": run.kept.model,
                "run": run.kept.run,
                "step": run.kept.step,
                "steps": run.kept.steps,
                "is_done": run.kept.is_done,
                "is_declared": run.is_declared,
                **listed(run.kept.amount),
            }
            for run in found.runs
        ],
        "shares": [
            {
                "name": share.name,
                **listed(share.objects),
                "shared": listed(share.shared),
                "problem": share.problem,
            }
            for share in found.shares
        ],
        "unneeded": listed(found.unneeded),
        "bytes": found.total,
        "freed": found.freed,
        "refusal": found.refusal,
    }
