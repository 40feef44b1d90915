from __future__ import annotations

from hashlib import sha256

from approx_build.store.records import Record, derived
from approx_build.store.store import Store


def put(store: Store, name: str, made: list[str], *inputs: str) -> None:
    """A record that made `made` of `inputs`, both by name."""
    roles = {f"role.{place}": digest(each) for place, each in enumerate(inputs)}
    outputs = dict(zip(["main", "other"], map(digest, made), strict=False))
    store.records.put(Record(digest(f"key of {name}"), {"kind": name, "inputs": roles}, outputs))


def digest(name: str) -> str:
    return sha256(name.encode()).hexdigest()


def kinds(store: Store, *names: str) -> list[str]:
    return [str(one.manifest["kind"]) for one in derived(store.records, [*map(digest, names)])]


def test_what_is_made_from_what_was_made_is_reported_and_nothing_else(store: Store) -> None:
    put(store, "train", ["index", "weights"], "low.wav", "high.wav")
    put(store, "take", ["cry"], "weights")
    put(store, "mix", ["foam"], "cry", "bell")
    put(store, "clip", ["bell"], "bell.wav")
    put(store, "circle", ["cry"], "foam")
    assert kinds(store, "low.wav") == ["train", "take", "mix", "circle"]
    assert kinds(store, "bell.wav") == ["clip", "mix", "circle"]
    assert kinds(store, "nothing") == kinds(store) == []


def test_a_record_that_cannot_be_believed_is_passed_over(store: Store) -> None:
    put(store, "train", ["weights"], "low.wav")
    store.records.path(digest("key of train")).write_bytes(b"nothing")
    assert kinds(store, "low.wav") == []
