"""Derivation: what in the store was made, directly or by others, from given bytes."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from approx_build.store.records import Record, Records


def derived(records: Records, digests: Collection[str]) -> list[Record]:
    """The records of everything made from the bytes of `digests`, nearest first, then by key.

    Two actions that made equal bytes are both told where either was made from them.
    """
    every = [record for key in records if (record := records.get(key)) is not None]
    readers: dict[str, list[Record]] = {}
    for record in every:
        for digest in _inputs(record):
            readers.setdefault(digest, []).append(record)
    found: dict[str, Record] = {}
    todo = sorted(digests)
    while todo:
        near = {r.key: r for digest in todo for r in readers.get(digest, []) if r.key not in found}
        found |= dict(sorted(near.items()))
        todo = sorted({digest for record in near.values() for digest in record.outputs.values()})
    return list(found.values())


def _inputs(record: Record) -> Iterable[str]:
    inputs = record.manifest.get("inputs")
    return map(str, inputs.values()) if isinstance(inputs, dict) else ()
