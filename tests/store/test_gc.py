"""Order in the store: what is needed stays, what is young stays, what is damaged goes."""

from __future__ import annotations

import os
import time
from hashlib import sha256

import pytest

from approx_build.store import gc
from approx_build.store.records import Record
from approx_build.store.store import Store

DAY = 86400.0


def make(store: Store, name: str, age_s: float = 30 * DAY) -> Record:
    """An object and its record, both `age_s` old."""
    digest = store.objects.put_bytes(name.encode())
    record = Record(sha256(b"key" + name.encode()).hexdigest(), {}, {"main": digest})
    store.records.put(record)
    for path in (store.objects.path(digest), store.records.path(record.key)):
        os.utime(path, (time.time() - age_s,) * 2)
    return record


def test_what_is_needed_or_young_stays(store: Store) -> None:
    pinned, latest, young, dead = (
        make(store, "pinned"),
        make(store, "latest"),
        make(store, "young", age_s=DAY),
        make(store, "dead"),
    )
    found = gc.collect(store, [pinned.digest], [latest.key])
    assert found == gc.Collected(objects=1, object_bytes=4, records=1)
    assert set(store.objects) == {pinned.digest, latest.digest, young.digest}
    assert set(store.records) == {pinned.key, latest.key, young.key}
    assert store.records.get(dead.key) is None


def test_an_old_object_of_a_young_record_stays(store: Store) -> None:
    record = make(store, "shared")
    os.utime(store.records.path(record.key))
    assert gc.collect(store).objects == 0


def test_states_of_old_commands_are_removed(store: Store) -> None:
    for name, age_s in (("old", 30 * DAY), ("new", DAY)):
        store.drafts.replace(store.root / "states" / name, b"state")
        os.utime(store.root / "states" / name, (time.time() - age_s,) * 2)
    gc.collect(store)
    assert os.listdir(store.root / "states") == ["new"]


def test_a_dry_run_only_tells(store: Store) -> None:
    make(store, "dead")
    assert gc.collect(store, dry_run=True).objects == 1
    assert len(list(store.objects)) == 1


def test_sizes_count_everything(store: Store) -> None:
    make(store, "one")
    make(store, "three")
    store.objects.quarantine(store.objects.put_bytes(b"bad"))
    found = gc.sizes(store)
    assert (found.objects, found.object_bytes, found.records) == (2, 8, 2)
    assert (found.drafts, found.quarantined, found.quarantine_bytes) == (0, 1, 3)


@pytest.mark.parametrize("content", [b"", b"Tide"])
def test_check_finds_damage_and_repair_moves_it_aside(store: Store, content: bytes) -> None:
    good, bad = make(store, "good"), make(store, "tide")
    path = store.objects.path(bad.digest)
    os.chmod(path, 0o644)
    path.write_bytes(content)
    store.records.path(good.key).write_bytes(b"spoilt")
    assert gc.check(store) == [bad.digest]
    assert bad.digest in store.objects
    assert gc.repair(store) == [bad.digest]
    assert list(store.objects) == [good.digest]
    assert list(store.records) == [bad.key]
    assert gc.check(store) == []
