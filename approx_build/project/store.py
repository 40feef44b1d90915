"""`store`: check and repair the store of a project, measure it, remove what nothing needs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from approx_build.errors import UsageError
from approx_build.project.paths import named_from
from approx_build.project.settings import Settings
from approx_build.store.watch import Watch

if TYPE_CHECKING:
    from approx_build.store.census import Amount
    from approx_build.store.fault import Fault
    from approx_build.store.store import Store
    from approx_build.upkeep.check import Checked
    from approx_build.upkeep.collection import Collection
    from approx_build.upkeep.sizes import Sizes


@dataclass(frozen=True)
class GcOptions:
    """What may be removed: what is older, in seconds, down to a size, in bytes."""

    older_than_s: float = 14 * 86400.0
    keep_bytes: int | None = None
    unfinished: bool = False
    """Whether trainings that did not come to their end may go too."""
    forget: Path | None = None
    """A project that needs the store no more."""
    dry_run: bool = False
    """Whether nothing is removed, and only the result says what would be."""


@dataclass(frozen=True)
class StoreCheck:
    """What of a store is damaged, and for each fault why it could not be repaired, or nothing.

    `problems` are None when nothing was to be repaired.
    """

    found: Checked
    problems: tuple[str, ...] | None

    @property
    def is_right(self) -> bool:
        """Whether nothing is damaged now."""
        return not (self.found.faults if self.problems is None else any(self.problems))

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        found = self.found
        problems = self.problems or ("",) * len(found.faults)
        pairs = zip(found.faults, problems, strict=True)
        read = {"objects": amount(found.objects), "records": found.records, "files": found.files}
        faults = [self._fault(*one) for one in pairs]
        return {"faults": faults, "notes": list(found.notes), "read": read}

    def _fault(self, fault: Fault, problem: str) -> dict[str, Any]:
        return {
            "kind": fault.kind,
            "path": str(fault.path),
            "problem": fault.problem,
            "belongs": fault.belongs,
            "remedy": fault.remedy,
            "is_repaired": self.problems is not None and not problem,
            "reason": problem,
        }


@dataclass(frozen=True)
class ProjectStore:
    """The store of the project at `root`, whatever other projects share it."""

    root: Path
    settings: Settings

    def check(self, repairs: bool = False, observer: Watch | None = None) -> StoreCheck:
        """Read everything in the store and all that was delivered; repair it if asked."""
        from approx_build.upkeep.check import check, repaired

        watch, out = observer or Watch(), self.settings.out_at(self.root).absolute()
        with self._opened(watch) as store:
            settings = self.settings
            found = check(store, self.root, out, settings.jobs, watch, settings.today)
            if not repairs:
                return StoreCheck(found, None)
            outcome = repaired(store, found.faults, watch)
        return StoreCheck(found, tuple(problem for _, problem in outcome))

    def sizes(self, observer: Watch | None = None) -> Sizes:
        """What the store holds, by kind and by piece, and what `gc` would free."""
        from approx_build.upkeep.sizes import sizes

        watch = observer or Watch()
        with self._opened(watch) as store:
            return sizes(store, self.root, watch, self.settings.today)

    def gc(self, options: GcOptions | None = None, observer: Watch | None = None) -> Collection:
        """Remove what no piece, lock or model of the projects that use the store needs."""
        from approx_build.store.gc import Rules
        from approx_build.upkeep.collection import Asked, collect

        options, watch = options or GcOptions(), observer or Watch()
        forgotten = Path(os.path.abspath(options.forget)) if options.forget else None
        rules = Rules(options.older_than_s, options.keep_bytes)
        asked = Asked(rules, options.unfinished, forgotten)
        with self._opened(watch) as store:
            today = self.settings.today
            return collect(store, self.root, asked, watch, today, options.dry_run)

    @contextmanager
    def _opened(self, watch: Watch) -> Iterator[Store]:
        """The store; UsageError when there is none. Errors name files from the project's folder."""
        from approx_build.store.store import Store

        path = self.settings.store_at(self.root).absolute()
        with named_from(self.root):
            if not path.exists():
                raise UsageError(f"there is no store at {path}; a render makes it")
            try:
                yield Store(path)
            finally:
                watch.end()


def amount(found: Amount) -> dict[str, int]:
    """Files and bytes for programs."""
    return {"count": found.count, "bytes": found.size}


def removed(found: Collection) -> Mapping[str, Amount]:
    """What a collection removes, by kind."""
    others = {"set aside": found.others} if found.others.count else {}
    return {**found.plan.kinds(), **others}


def collection_json(found: Collection, is_dry_run: bool) -> dict[str, Any]:
    """What a collection removes, for programs."""
    return {
        "is_dry_run": is_dry_run,
        "removed": {kind: amount(one) for kind, one in removed(found).items()},
        "intermediate": len(found.plan.intermediate),
        "trainings": [
            {"folder": str(run.folder), "model": run.model, "run": run.run, "status": run.status}
            for run in found.runs
        ],
        "bytes_before": found.plan.total,
        "freed": found.freed,
        "notes": list(found.notes),
    }


def sizes_json(found: Sizes) -> dict[str, Any]:
    """What a store holds, for programs."""
    return {
        "objects": {kind: amount(one) for kind, one in found.objects.items()},
        "others": {name: amount(one) for name, one in found.others.items()},
        "trainings": [
            {
                "folder": str(run.kept.folder),
                "model": run.kept.model,
                "run": run.kept.run,
                "step": run.kept.step,
                "steps": run.kept.steps,
                "is_done": run.kept.is_done,
                "is_declared": run.is_declared,
                **amount(run.kept.amount),
            }
            for run in found.runs
        ],
        "shares": [
            {
                "name": share.name,
                **amount(share.objects),
                "shared": amount(share.shared),
                "problem": share.problem,
            }
            for share in found.shares
        ],
        "unneeded": amount(found.unneeded),
        "bytes": found.total,
        "freed": found.freed,
        "refusal": found.refusal,
    }
