"""The part of a graph that a store contains: keys by target, and objects for the next build."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field

from approx_build.errors import ApproxError
from approx_build.execution.inputs import Inputs
from approx_build.plan.graph import Graph
from approx_build.store.gc import INTERMEDIATE
from approx_build.store.index import Index
from approx_build.store.records import Record


@dataclass(frozen=True)
class Cached:
    """`keys` are those of actions that are done; `needed` are the objects that others will read."""

    keys: Mapping[str, str] = field(default_factory=dict)
    needed: frozenset[str] = frozenset()


def cached(graph: Graph, inputs: Inputs, index: Index, objects: Container[str]) -> Cached:
    """The part of `graph` that is in a store with these records and objects. Opens no object."""
    records: dict[str, Record] = {}
    for target in graph.order():
        action = graph.actions[target]
        try:
            known = inputs.are_known(action, records)
            key = inputs.work(action, records).key if known else ""
        except ApproxError:
            continue  # an input file cannot be read now
        if entry := index.entries.get(key):
            # Keys need the main digest only, and whole records of a large store take much memory.
            records[target] = Record(key, {}, {"main": entry.main})
    keys = {target: record.key for target, record in records.items()}
    return Cached(keys, _needed(graph, keys, index, objects))


def _needed(
    graph: Graph, keys: Mapping[str, str], index: Index, objects: Container[str]
) -> frozenset[str]:
    """The objects that actions will read when they run or run again."""

    def outputs(target: str) -> tuple[str, ...]:
        return index.entries[keys[target]].outputs if target in keys else ()

    def is_whole(target: str) -> bool:
        return target in keys and all(digest in objects for digest in outputs(target))

    # Missing intermediate sound is rebuilt only when something reads it.
    due = [
        target
        for target, action in graph.actions.items()
        if not is_whole(target) and not (target in keys and action.kind.value in INTERMEDIATE)
    ]
    needed: set[str] = set()
    seen = set(due)
    while due:
        for source in graph.made_inputs(graph.actions[due.pop()]):
            if is_whole(source):
                needed.update(outputs(source))
            elif source not in seen:
                seen.add(source)
                due.append(source)
    return frozenset(needed)
