"""Keeps the file that says which sources each version stands for: `just bits`.

    python -m tests.etude.bits [--jobs N]

renders the étude from nothing by the sources that are there, and compares every action with its
pin. When all that changed made equal bits or raised its version, the file is written, and the pins
with it; else it is said what did not, and which files changed. Where the sources of training
changed, networks are trained by these and by those that the file describes, from git.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from approx_build.plan.graph import Graph
from tests.etude import pins, trained, units
from tests.etude.probes import probed
from tests.etude.sources import Tree
from tests.etude.study import Made, build, made, pieces, study
from tests.etude.units import PACKAGE, Bits, Unit, units_of

_UNSEEN = {"kind figure"}
"""Units some of whose actions are not compared (`study.is_compared`)."""
RECREATION = "raise the version of what makes other bits, then run: just bits"


@dataclass(frozen=True)
class Changed:
    """A unit whose sources or version are not those of the file; the files that changed."""

    name: str
    old: str
    new: str
    files: tuple[str, ...] = ()

    @property
    def is_there(self) -> bool:
        """Whether it was there before and is there now."""
        return bool(self.old and self.new)

    @property
    def is_risen(self) -> bool:
        """Whether its version is higher than before."""
        before, after = _numbers(self.old), _numbers(self.new)
        pairs = list(zip(before, after, strict=False))
        return len(before) != len(after) or (
            all(new >= old for old, new in pairs) and any(new > old for old, new in pairs)
        )

    def __str__(self) -> str:
        if not self.is_there:
            return f"{self.name}: {'is gone' if self.old else 'is new'}"
        if self.old != self.new:
            return f"{self.name}: version {self.old} is {self.new} now"
        return f"{self.name}, version {self.old}: {', '.join(self.files)} changed"


@dataclass(frozen=True)
class Rendered:
    """The étude from nothing: what was made, the graphs, and what differs from the pins."""

    found: dict[str, dict[str, Made]]
    graphs: dict[str, Graph]
    own: list[pins.Difference]
    """Actions that differ by themselves."""
    inside: list[str]
    """Modules whose numbers differ before they are rounded."""
    has_other_probes: bool = False
    """Whether it is the probes that changed."""

    @classmethod
    def by(cls, jobs: int) -> Rendered:
        """Render by `jobs` processes."""
        pinned, numbers = pins.read(), probed()
        before = pinned.get(pins.PROBED, {})
        inside = others(before, pins.short(numbers))
        is_other = any(before[file].key != numbers[file].key[: pins.DIGITS] for file in inside)
        rendered = cls({pins.PROBED: numbers}, {}, [], inside, is_other)
        with tempfile.TemporaryDirectory(prefix="etude-") as folder:
            for piece in pieces():
                session = study(piece, Path(folder), jobs)
                found, graph = made(build(session)), session.lowered.graph
                rendered.found[piece.stem], rendered.graphs[piece.stem] = found, graph
                before = pinned.get(piece.stem, {})
                rendered.own.extend(pins.differences(graph, before, found)[0])
        return rendered

    def shown(self, pinned: pins.Pins) -> set[str]:
        """The units that some action shows to make the bytes that are pinned, whatever its key."""
        return {
            name
            for piece, graph in self.graphs.items()
            for target, one in pins.short(self.found[piece]).items()
            if (before := pinned.get(piece, {}).get(target)) and before.digest == one.digest
            for name in units_of(graph.actions[target])
        }


def others(before: Mapping[str, Made], found: Mapping[str, Made]) -> list[str]:
    """The files whose numbers differ from those before, whatever the probes were that gave them."""
    return [file for file, one in found.items() if before.get(file, one).digest != one.digest]


def changed(old: Bits, new: Bits, stands_on: Mapping[str, Unit]) -> list[Changed]:
    """The units that the file does not describe as they are."""
    found = []
    for name in sorted(old.units.keys() | new.units.keys()):
        before, after = old.units.get(name, ("", "")), new.units.get(name, ("", ""))
        if before != after:
            known = set(old.files) | set(new.files)
            own = set(stands_on[name].files) & known if name in stands_on else set()
            moved = sorted(file for file in own if old.files.get(file) != new.files.get(file))
            found.append(Changed(name, before[0], after[0], tuple(moved)))
    return found


def changed_fields(old: Bits, new: Bits) -> list[str]:
    """The fields that keys have lost or gained."""
    found = []
    for kind in sorted(old.fields.keys() | new.fields.keys()):
        before, after = set(old.fields.get(kind, ())), set(new.fields.get(kind, ()))
        found += [f"kind {kind}: its key no longer has {one}" for one in sorted(before - after)]
        found += [f"kind {kind}: its key has {one} now" for one in sorted(after - before)]
    return found


def unraised(
    moved: Iterable[Changed], rendered: Rendered, stands_on: Mapping[str, Unit]
) -> list[str]:
    """The units that stand on modules with other numbers inside, and whose version is as it was."""
    moved = list(moved)
    risen = {one.name for one in moved if one.is_risen or not one.is_there}
    if rendered.has_other_probes:
        files = {file for one in moved if one.name not in risen for file in one.files}
        return [f"{one} and the probes changed; change one at a time" for one in sorted(files)]
    found = []
    for file in rendered.inside:
        names = [
            name
            for name, unit in stands_on.items()
            if file in unit.files and name not in risen and not trained.is_of(name)
        ]
        if names:
            found.append(
                f"{file}: other numbers than are pinned (see probes.py), which some piece will "
                f"have in it: raise the version of {', '.join(names)}"
            )
    return found


def refusals(
    moved: Iterable[Changed], own: Iterable[pins.Difference], shown: Collection[str]
) -> list[str]:
    """Why the file may not be written: keys that stand for two results, and what nothing shows."""
    moved = list(moved)
    files = {one.name: one.files for one in moved}
    stale = [f"{one}{_blamed(one, files)}" for one in own if one.is_stale]
    return stale or [
        f"{one}, and no action of the étude shows that its bits are equal"
        for one in moved
        if one.is_there and not one.is_risen and not trained.is_of(one.name)
        if one.name not in shown
    ]


def _blamed(one: pins.Difference, files: Mapping[str, Collection[str]]) -> str:
    """What changed of what an action stands on."""
    names = [name for name in units_of(one.action) if files.get(name)]
    moved = sorted({file for name in names for file in files[name]})
    return f"\n  {', '.join(names)}: {', '.join(moved)} changed" if moved else ""


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


def main() -> None:
    """Write the file and the pins, or say why not and exit with 1."""
    parser = argparse.ArgumentParser(prog="tests.etude.bits")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    jobs = parser.parse_args().jobs
    tree, old = Tree(PACKAGE), units.read()
    new = units.bits(tree)
    stands_on = units.units(tree)
    moved, rendered = changed(old, new, stands_on), Rendered.by(jobs)
    faults = refusals(moved, rendered.own, rendered.shown(pins.read()))
    faults += unraised(moved, rendered, stands_on)
    if not faults and any(
        trained.is_of(one.name) and not one.is_risen for one in moved if one.is_there
    ):
        faults = trained.differences(tree, old)
    if faults:
        sys.exit("\n".join([*faults, RECREATION]))
    units.write(new)
    pins.write(rendered.found)
    sys.stdout.write("\n".join(_told(moved, rendered.own, changed_fields(old, new))) + "\n")


def _told(
    moved: Collection[Changed], own: Collection[pins.Difference], keys: Iterable[str]
) -> list[str]:
    """What was written, and what is left to do about the locks."""
    lines = [*map(str, moved), *keys, *map(str, own)]
    lines += [
        f"{one.name}: look at its pictures with text, which are not compared"
        for one in moved
        if one.name in _UNSEEN
    ]
    lines.append(f"wrote tests/golden/{units.FILE.name} and {pins.FILE.name}; commit them")
    return lines + [f"then: approx-build render pieces/{one.name}" for one in pieces() if own]


if __name__ == "__main__":
    main()
