"""The forecast: what a build would do, without doing it."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from approx_build.canonical import Json, canonical
from approx_build.errors import ApproxError
from approx_build.execution.inputs import Inputs
from approx_build.files.readlog import ReadLog
from approx_build.plan.graph import Action, Graph
from approx_build.plan.key import manifest
from approx_build.store.records import Record
from approx_build.store.store import Store


class Fate(enum.Enum):
    """What a build would do with an action."""

    REUSED = "reused"  # its key has a record
    BUILT = "built"  # its key has none
    REMADE = "remade"  # its key has a record, but an object that is needed is gone
    PERHAPS = "perhaps"  # an input will be rebuilt, and may come out unchanged
    IMPOSSIBLE = "impossible"  # a file that it reads cannot be read


@dataclass(frozen=True)
class Forecast:
    """What a build would do with an action, and the data to explain it."""

    action: Action
    fate: Fate
    key: str = ""  # empty if it depends on an action that is not built yet
    manifest: Mapping[str, Json] | None = None
    last: Record | None = None  # the target of the last build, if any
    problem: str = ""  # why it is impossible


def forecast(
    graph: Graph, wanted: Iterable[str], store: Store, root: Path, log: ReadLog | None = None
) -> dict[str, Forecast]:
    """What building `wanted` would do, by target, inputs first. Opens no object.

    `log` contains what planning has read. Changed files are hashed, and the store caches their
    digests; nothing else is written.
    """
    targets = frozenset(wanted)
    part = graph.needed(targets)
    inputs = Inputs(part, root, log or ReadLog(store.memo.look))
    latest = {target: entry.key for target, entry in store.journal.latest().items()}
    records: dict[str, Record] = {}
    found: dict[str, Forecast] = {}
    for target in part.order():
        last = store.records.get(latest[target]) if target in latest else None
        found[target] = _predict(part.actions[target], inputs, records, store, last)
    # A second pass in the other direction: whether an object is needed depends on its readers.
    for target in _missing(part, found, targets, records, store):
        old = found[target]
        found[target] = Forecast(old.action, Fate.REMADE, old.key, old.manifest, old.last)
    store.memo.save()
    return found


def _predict(
    action: Action, inputs: Inputs, records: dict[str, Record], store: Store, last: Record | None
) -> Forecast:
    try:
        if not inputs.are_known(action, records):
            return _in_part(action, last)
        work = inputs.work(action, records)
    except ApproxError as error:
        return Forecast(action, Fate.IMPOSSIBLE, last=last, problem=error.message)
    record = store.records.get(work.key)
    if record is None:
        return Forecast(action, Fate.BUILT, work.key, work.manifest, last)
    records[action.target] = record
    return Forecast(action, Fate.REUSED, work.key, work.manifest, last)


def _in_part(action: Action, last: Record | None) -> Forecast:
    """The forecast of an action with an input that is not built yet."""
    if last is None:
        return Forecast(action, Fate.PERHAPS)
    # With changed parameters it runs, whatever its inputs are; the previous inputs stand in for
    # them.
    seen = manifest(action, dict.fromkeys(action.inputs, ""))
    if canonical(seen["params"]) == canonical(last.manifest["params"]):
        return Forecast(action, Fate.PERHAPS, last=last)
    same_inputs = {**seen, "inputs": last.manifest["inputs"]}
    return Forecast(action, Fate.BUILT, manifest=same_inputs, last=last)


def _missing(
    part: Graph,
    found: dict[str, Forecast],
    wanted: frozenset[str],
    records: Mapping[str, Record],
    store: Store,
) -> Iterator[str]:
    """Targets with a record whose object is needed and missing, readers first."""
    needed = set(wanted)
    for target in reversed(found):
        record = records.get(target)
        # Nothing reads it, so its object may be gone.
        if record and target not in needed:
            continue
        if record and all(digest in store.objects for digest in record.outputs.values()):
            continue
        needed.update(part.actions[target].inputs.values())
        if record:
            yield target
