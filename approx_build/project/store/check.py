"""`store check`: find damage in the store and in delivered files, and repair it if asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from approx_build.errors import argument
from approx_build.project.store.command import (
    OpenStore,
    StoreCommand,
    amount_json,
    option,
)
from approx_build.units import counted, size

if TYPE_CHECKING:
    from approx_build.store.fault import Fault
    from approx_build.upkeep.check import Checked


@dataclass(frozen=True)
class CheckOptions:
    """Whether damage is repaired."""

    repair: bool = field(
        default=False,
        metadata=option(
            "repair", "Move damaged files aside, and restore those that can be restored."
        ),
    )


@dataclass(frozen=True)
class StoreCheck:
    """The damage in a store, and for each fault why it was not repaired, or nothing.

    `failures` are None when no repair was asked for.
    """

    found: Checked
    failures: tuple[str, ...] | None

    @property
    def is_intact(self) -> bool:
        """Whether nothing is damaged now."""
        return not (self.found.faults if self.failures is None else any(self.failures))

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        found = self.found
        failures = self.failures or ("",) * len(found.faults)
        pairs = zip(found.faults, failures, strict=True)
        read = {
            "objects": amount_json(found.objects),
            "records": found.records,
            "files": found.files,
        }
        faults = [self._fault(*one) for one in pairs]
        return {"faults": faults, "notes": list(found.notes), "read": read}

    def problems(self) -> Iterator[str]:
        """Each fault, and what a repair does about it."""
        for place, fault in enumerate(self.found.faults):
            belongs = f" ({fault.belongs})" if fault.belongs else ""
            yield f"{fault.path}: {fault.kind} {fault.problem}{belongs}"
            if self.failures is None:
                remedy = fault.remedy or "not repaired; restore the file yourself"
                yield f"  with {argument('repair', True)}: {remedy}"
            else:
                failure = self.failures[place]
                yield f"  {f'not repaired: {failure}' if failure else fault.remedy}"

    def lines(self) -> Iterator[str]:
        """The faults, notes, and how much was read."""
        found = self.found
        yield from self.problems()
        yield from found.notes
        read = (
            f"read {counted(found.objects.count, 'object')} ({size(found.objects.size)}), "
            f"{counted(found.records, 'record')} and {counted(found.files, 'file')}"
        )
        yield f"{read}: {self._outcome()}"

    def _outcome(self) -> str:
        if not self.found.faults:
            return "no damage"
        damaged = f"{len(self.found.faults)} damaged"
        if self.failures is None:
            return damaged
        left = sum(map(bool, self.failures))
        return f"{damaged}, {f'{left} not repaired' if left else 'all repaired; render again'}"

    def _fault(self, fault: Fault, failure: str) -> dict[str, Any]:
        return {
            "kind": fault.kind,
            "path": str(fault.path),
            "problem": fault.problem,
            "belongs": fault.belongs,
            "remedy": fault.remedy,
            "is_repaired": self.failures is not None and not failure,
            "reason": failure,
        }


def check(opened: OpenStore, options: CheckOptions) -> StoreCheck:
    """Read everything in the store and all delivered files, and report damage."""
    from approx_build.upkeep import check as upkeep

    store, watch = opened.store, opened.watch
    found = upkeep.check(store, opened.root, opened.out, opened.jobs, watch, opened.today)
    if not options.repair:
        return StoreCheck(found, None)
    return StoreCheck(found, tuple(why for _, why in upkeep.repaired(store, found.faults, watch)))


COMMAND = StoreCommand(check, CheckOptions, frozenset({"out", "jobs"}))
