"""The index: records by key and by object, and what they were made from."""

from __future__ import annotations

from hashlib import sha256

from approx_build.canonical import canonical
from approx_build.store.index import Index
from approx_build.store.records import Record
from approx_build.store.store import Store


def name(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def record(kind: str, made: str, *read: str) -> Record:
    inputs = {f"in{i}": name(one) for i, one in enumerate(read)}
    manifest = {"kind": kind, "params": {"made": made}, "inputs": inputs}
    return Record(name(canonical(manifest)), manifest, {"main": name(made)})


CHAIN = (
    record("take", "take"),
    record("clip", "clip", "take"),
    record("event", "event", "clip"),
    record("stem", "stem", "event"),
    record("stem", "stem again", "event", "event"),
)


def test_what_a_record_was_made_from_is_found(store: Store) -> None:
    for one in CHAIN:
        store.records.put(one)
    seen: list[None] = []
    index = Index.of(store.records, [*store.records, "ab" * 32], lambda: seen.append(None))
    assert len(seen) == 6
    assert set(index.entries) == {one.key for one in CHAIN}
    assert index.with_sources([CHAIN[3].key]) == {one.key for one in CHAIN[:4]}
    assert index.with_sources(["ab" * 32]) == set()
    assert index.outputs([CHAIN[0].key, "ab" * 32]) == {name("take")}
    assert index.makers_of([name("clip"), name("nothing")]) == {CHAIN[1].key}


def test_equal_objects_have_every_maker_and_one_kind() -> None:
    index = Index()
    index.add(record("stem", "silence"))
    index.add(record("event", "silence"))
    assert index.kind(name("silence")) == "event"
    assert index.kind(name("unknown")) == ""
    assert len(index.makers[name("silence")]) == 2
    index.add(record("clip", "silence", "silence"))
    assert index.kind(name("silence")) == "event"


def test_a_training_is_known_by_its_declaration() -> None:
    index = Index()
    for one in (record("train", "run"), record("take", "take")):
        index.add(one)
    told = {entry.kind: entry.declaration for entry in index.entries.values()}
    assert told == {"train": name(canonical({"made": "run"})), "take": ""}
