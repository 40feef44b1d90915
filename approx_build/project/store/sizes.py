"""`store sizes`: how much the store contains, by kind of action and by piece."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from approx_build.project.store.command import OpenStore, StoreCommand, amount_json, row
from approx_build.units import size

if TYPE_CHECKING:
    from approx_build.store.census import Amount
    from approx_build.upkeep.sizes import Run, Sizes


@dataclass(frozen=True)
class SizesOptions:
    """Nothing can be chosen."""


@dataclass(frozen=True)
class StoreSizes:
    """How much a store contains, and what `gc` would free."""

    found: Sizes
    is_intact = True

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        found = self.found
        return {
            "objects": {kind: amount_json(one) for kind, one in found.objects.items()},
            "others": {name: amount_json(one) for name, one in found.others.items()},
            "trainings": list(map(_run_json, found.runs)),
            "shares": [
                {
                    "name": share.name,
                    **amount_json(share.objects),
                    "shared": amount_json(share.shared),
                    "problem": share.problem,
                }
                for share in found.shares
            ],
            "unneeded": amount_json(found.unneeded),
            "bytes": found.total,
            "freed": found.freed,
            "refusal": found.refusal,
        }

    def problems(self) -> Iterator[str]:
        """None: sizes are all that it says."""
        yield from self.lines()

    def lines(self) -> Iterator[str]:
        """A table of each kind, the trainings, the shares of pieces, and the sum."""
        found = self.found
        yield from _table("objects, by kind of action", found.objects)
        yield from _table("other files", found.others)
        if found.runs:
            yield "training runs"
            yield from (f"  {_run(run)}" for run in found.runs)
        yield from self._shares()
        if found.freed is None:
            freed = f"`store gc` would be refused: {found.refusal}"
        else:
            freed = f"`store gc` would free {size(found.freed)}"
        yield f"total {size(found.total)}; {freed}"

    def _shares(self) -> Iterator[str]:
        shares = sorted(self.found.shares, key=lambda one: -one.objects.size)
        if not shares:
            return
        yield "objects, by piece and model (the total counts shared objects once)"
        width = max(len(share.name) for share in shares)
        for share in shares:
            shared = f"  {size(share.shared.size)} shared" if share.shared.size else ""
            problem = f"  has faults: {share.problem}" if share.problem else ""
            yield row(share.name, share.objects, width, shared + problem)
        yield row("no piece or model", self.found.unneeded, width)


def sizes(opened: OpenStore, options: SizesOptions) -> StoreSizes:
    """Print how much the store contains, by kind and by piece, and what `store gc` would free."""
    from approx_build.upkeep import sizes as upkeep

    return StoreSizes(upkeep.sizes(opened.store, opened.root, opened.watch, opened.today))


def _table(title: str, amounts: Mapping[str, Amount]) -> Iterator[str]:
    yield title
    width = max(map(len, amounts), default=0)
    for name, one in sorted(amounts.items(), key=lambda item: -item[1].size):
        yield row(name, one, width)


def _run(run: Run) -> str:
    kept = run.kept
    name = f"{kept.run or kept.folder.name}: {kept.status}"
    declared = "" if run.is_declared else ", no model declares this training now"
    return f"{name}{declared}; {kept.amount.count} files, {size(kept.amount.size)}"


def _run_json(run: Run) -> dict[str, Any]:
    kept = run.kept
    return {
        "folder": str(kept.folder),
        "model": kept.model,
        "run": kept.run,
        "step": kept.step,
        "steps": kept.steps,
        "is_done": kept.is_done,
        "is_declared": run.is_declared,
        **amount_json(kept.amount),
    }


COMMAND = StoreCommand(sizes, SizesOptions)
