"""The pins of the étude: the key and the bytes of every action, to compare a build with.

    python -m tests.etude.pins [--jobs N] [--keep STORE]

builds the étude from nothing and names every action that made other bytes although its inputs
are as pinned; what follows from those is counted. One key that stands for two results is a version
that was not raised: a store would go on serving the old one.

    python -m tests.etude.pins --again STORE [--kinds KIND,...]

makes each action once more from its inputs in a store that was kept, so each stands for itself.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from approx_build.plan.graph import Action, Graph, Kind
from approx_build.project.lockfile import lock_of
from approx_build.project.piece import Piece
from approx_build.store import lock as locks
from approx_build.store.records import Record
from tests.etude.probes import probed
from tests.etude.study import ROOT, Made, build, made, pieces, remade, study

FILE = Path(__file__).parents[1] / "golden" / "etude.json"
KEPT = "made.json"
"""In a store that was kept: what each action made, in full."""
PROBED = "probes"
"""Stands among the pieces for the numbers inside of modules."""
DIGITS = 16
QUIETEST = 0.01
"""Of full scale: the least peak of an event."""
Pins = Mapping[str, Mapping[str, Made]]
"""Piece -> target, in the order of building -> what was made."""


@dataclass(frozen=True)
class Difference:
    """An action that did not make what is pinned, from inputs that are as pinned."""

    action: Action
    pinned: Made | None
    found: Made

    @property
    def is_stale(self) -> bool:
        """Whether one key stands for two results."""
        return self.pinned is not None and self.pinned.key == self.found.key

    def __str__(self) -> str:
        where = f"{self.action.where}: " if self.action.where else ""
        return f"{where}{self.action.target} ({described(self.action)}): {self._what()}"

    def _what(self) -> str:
        if self.found.trouble:
            return self.found.trouble
        if self.pinned is None:
            return "is not pinned"
        if self.is_stale:
            return "the same key, and other bytes: raise the version of what changed"
        if self.pinned.digest == self.found.digest:
            return "another key for the same bytes"
        return "another key, and other bytes"


def described(action: Action) -> str:
    """What makes an action's result: its kind, and the operations or the family with versions."""
    params = action.params
    words = [action.kind.value]
    words += [f"{step['params']['op']} {step['version']}" for step in params.get("chain", ())]
    if "family" in params:
        words.append(" ".join(str(params[one]) for one in ("family", "version") if one in params))
    if action.kind in (Kind.TAKE, Kind.STAGES):
        words.append(params["sampling"].get("sampler", ""))
        way = "prime" if "prime" in action.inputs else ""
        words.append((params.get("derivation") or {}).get("way", way))
    return ", ".join(word for word in words if word)


def short(found: Mapping[str, Made]) -> dict[str, Made]:
    """Keys and digests as long as they are pinned."""
    return {
        t: replace(one, key=one.key[:DIGITS], digest=one.digest[:DIGITS])
        for t, one in found.items()
    }


def differences(
    graph: Graph, pinned: Mapping[str, Made], found: Mapping[str, Made]
) -> tuple[list[Difference], int]:
    """The actions that differ by themselves, in the order of building, and how many follow."""
    follows, own = 0, list[Difference]()
    for target, one in short(found).items():
        if pinned.get(target) == one:
            continue
        action = graph.actions[target]
        sources = [source for source in graph.made_inputs(action) if source in found]
        if all(_is_as_pinned(source, pinned, found) for source in sources):
            own.append(Difference(action, pinned.get(target), one))
        else:
            follows += 1
    return own, follows


def _is_as_pinned(target: str, pinned: Mapping[str, Made], found: Mapping[str, Made]) -> bool:
    return target in pinned and pinned[target].digest == found[target].digest[:DIGITS]


def read(path: Path = FILE) -> dict[str, dict[str, Made]]:
    """The pins as they are committed."""
    return _full(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def write(pins: Pins, path: Path = FILE) -> None:
    """Write the pins, a line for each action."""
    rows = {
        piece: {t: [one.key, one.digest] for t, one in short(targets).items()}
        for piece, targets in pins.items()
    }
    blocks = [
        f" {json.dumps(piece)}: {{\n"
        + ",\n".join(f"  {json.dumps(t)}: {json.dumps(one)}" for t, one in targets.items())
        + "\n }"
        for piece, targets in rows.items()
    ]
    path.write_text("{\n" + ",\n".join(blocks) + "\n}\n", encoding="utf-8")


def of_lock(session: Piece, records: Mapping[str, Record]) -> list[str]:
    """What of a piece's lock is not what was built."""
    old = locks.read(session.lock_path)
    new = lock_of(session, records)
    if old is None:
        return [f"{session.lock_path} is not there"]
    pinned = {**old.checkpoints, **old.takes, **old.stems, **old.movements}
    found = {**new.checkpoints, **new.takes, **new.stems, **new.movements}
    return [
        f"{target}: {session.lock_path.name} has another key or digest"
        for target, pin in pinned.items()
        if found.get(target) != pin
    ]


def of_probes() -> list[str]:
    """The modules whose numbers are not as pinned."""
    found, pinned = short(probed()), read().get(PROBED, {})
    return [
        f"{file}: other numbers than are pinned (see probes.py)"
        for file in sorted(found.keys() | pinned.keys())
        if found.get(file) != pinned.get(file)
    ]


def of_sound(graph: Graph, records: Mapping[str, Record]) -> list[str]:
    """What is not worth pinning: an event that nobody hears, or a ceiling that does not act."""
    facts = [(graph.actions[target], record.facts) for target, record in records.items()]
    found = [
        f"{action.where}: {action.target}: is all but silent"
        for action, known in facts
        if action.kind is Kind.EVENT and known["peak"] < QUIETEST
    ]
    lowered = [known["reduction_db"] for action, known in facts if action.kind is Kind.MASTER]
    return found if len(lowered) < 2 or max(lowered) > 1 else [*found, "the ceiling does not act"]


def listed(own: Iterable[Difference], follows: int) -> list[str]:
    """Differences for people."""
    return [*map(str, own), *([f"and {follows} actions follow from these"] if follows else [])]


def compare(store: Path, jobs: int) -> tuple[list[str], Pins]:
    """Build the étude in a store; what differs from pins and locks, and what was made."""
    faults, found, pinned = of_probes(), dict[str, Mapping[str, Made]](), read()
    for piece in pieces():
        session = study(piece, store, jobs)
        records = build(session)
        graph, pins = session.lowered.graph, pinned.get(piece.stem, {})
        found[piece.stem] = made(records)
        faults += listed(*differences(graph, pins, found[piece.stem]))
        faults += [f"{target}: is pinned, and nothing makes it" for target in pins.keys() - records]
        faults += [*of_lock(session, records), *of_sound(graph, records)]
    return faults, found


def compare_again(store: Path, kinds: frozenset[Kind]) -> list[str]:
    """Make each action of these kinds again from what is kept; the differences from the pins."""
    faults, pinned = list[str](), read()
    for piece, kept in _full(json.loads((store / KEPT).read_text(encoding="utf-8"))).items():
        session = study(ROOT / "pieces" / f"{piece}.yaml", store)
        for action, found in remade(session, kept, kinds):
            one = short({"": found})[""]
            if pinned[piece].get(action.target) != one:
                faults.append(str(Difference(action, pinned[piece].get(action.target), one)))
    return faults


def main() -> None:
    """Compare; exits with 1 at a difference."""
    parser = argparse.ArgumentParser(prog="tests.etude.pins")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--again", type=Path)
    parser.add_argument("--kinds", default=",".join(kind.value for kind in Kind))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="etude-") as folder:
        if asked.again:
            faults = compare_again(asked.again, frozenset(map(Kind, asked.kinds.split(","))))
        else:
            faults, found = compare(asked.keep or Path(folder), asked.jobs)
            if asked.keep:
                rows = {n: {t: [m.key, m.digest] for t, m in o.items()} for n, o in found.items()}
                (asked.keep / KEPT).write_text(json.dumps(rows), encoding="utf-8")
    if faults:
        sys.exit("\n".join(faults))


def _full(told: Mapping[str, Mapping[str, list[str]]]) -> dict[str, dict[str, Made]]:
    return {piece: {t: Made(*one) for t, one in targets.items()} for piece, targets in told.items()}


if __name__ == "__main__":
    main()
