"""`store gc`: remove what no project that uses the store needs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from approx_build.project.store.command import (
    Kind,
    OpenStore,
    StoreCommand,
    amount_json,
    option,
    row,
)
from approx_build.units import size

if TYPE_CHECKING:
    from approx_build.store.census import Amount
    from approx_build.upkeep.collection import Collection


@dataclass(frozen=True)
class GcOptions:
    """What may be removed: files older than an age, in seconds, down to a size, in bytes."""

    older_than_s: float = field(
        default=14 * 86400.0,
        metadata=option("older-than", "Keep files younger than this.", Kind.AGE, "14d"),
    )
    keep_bytes: int | None = field(
        default=None,
        metadata=option("keep-size", "Stop when the store is no larger than this.", Kind.SIZE),
    )
    unfinished: bool = field(
        default=False, metadata=option("unfinished", "Also remove trainings that did not finish.")
    )
    forget: Path | None = field(
        default=None,
        metadata=option("forget", "A project that no longer needs the store.", Kind.FOLDER),
    )
    dry_run: bool = field(
        default=False, metadata=option("dry-run", "Only print what would be removed.")
    )


@dataclass(frozen=True)
class StoreCollection:
    """What a collection removed, or would remove."""

    found: Collection
    options: GcOptions
    is_intact = True

    def removed(self) -> Mapping[str, Amount]:
        """What is removed, by kind."""
        others = self.found.others
        return {**self.found.plan.kinds(), **({"set aside": others} if others.count else {})}

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        found = self.found
        return {
            "is_dry_run": self.options.dry_run,
            "removed": {kind: amount_json(one) for kind, one in self.removed().items()},
            "intermediate": len(found.plan.intermediate),
            "trainings": [
                {
                    "folder": str(run.folder),
                    "model": run.model,
                    "run": run.run,
                    "status": run.status,
                }
                for run in found.runs
            ],
            "bytes_before": found.plan.total,
            "freed": found.freed,
            "notes": list(found.notes),
        }

    def problems(self) -> Iterator[str]:
        """None: a collection that fails raises an error."""
        return iter(())

    def lines(self) -> Iterator[str]:
        """Notes, a table of what is removed, and the size that is left."""
        found, is_dry_run = self.found, self.options.dry_run
        yield from found.notes
        yield from self._table("would be removed" if is_dry_run else "removed")
        for run in found.runs:
            name = run.run or run.folder.name
            yield f"  training {name}: {run.status}; its checkpoints and states"
        left = found.plan.total - found.freed
        frees, holds = ("would free", "would hold") if is_dry_run else ("freed", "holds")
        yield f"{frees} {size(found.freed)}; the store {holds} {size(left)}"
        kept = self.options.keep_bytes
        if kept is not None and left > kept:
            yield f"this is more than {size(kept)}: everything else is needed, or too young"

    def _table(self, title: str) -> Iterator[str]:
        kinds = self.removed()
        if not kinds:
            yield f"nothing {title}: every file is needed or young"
            return
        yield f"{title}:"
        width = max(map(len, kinds))
        yield from (row(kind, one, width) for kind, one in kinds.items())


def gc(opened: OpenStore, options: GcOptions) -> StoreCollection:
    """Remove what no piece, lock or model of the projects that use the store needs."""
    from approx_build.store.gc import Rules
    from approx_build.upkeep.collection import CollectionOptions, collect

    # Without resolving links, as the register names projects.
    forgotten = Path(os.path.abspath(options.forget)) if options.forget else None
    rules = Rules(options.older_than_s, options.keep_bytes)
    asked = CollectionOptions(rules, options.unfinished, forgotten)
    watch, today = opened.watch, opened.today
    found = collect(opened.store, opened.root, asked, watch, today, options.dry_run)
    return StoreCollection(found, options)


COMMAND = StoreCommand(gc, GcOptions)
