"""Records: believed only when whole and of the key asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from approx_build.store.records import Record
from approx_build.store.store import Store

KEY = "ab" * 32
RECORD = Record(
    key=KEY,
    manifest={"kind": "take", "params": {"length": 8000, "temperature": 1.0}},
    outputs={"main": "cd" * 32},
    facts={"samples": 8000},
    seconds=1.5,
    cpu_seconds=1.25,
    peak_bytes=1 << 20,
    toolchain={"numpy": "2.4.0"},
    created="2023-05-19T20:00:00Z",
)


def test_a_record_comes_back_as_it_was(store: Store) -> None:
    store.records.put(RECORD)
    assert Store(store.root).records.get(KEY) == RECORD
    assert RECORD.digest == "cd" * 32
    assert list(store.records) == [KEY]


def test_a_later_record_takes_the_place_of_an_earlier(store: Store) -> None:
    store.records.put(RECORD)
    store.records.put(replace(RECORD, seconds=9.0))
    found = store.records.get(KEY)
    assert found is not None
    assert found.seconds == 9.0


def test_a_folder_in_the_place_of_a_record_gives_way(store: Store) -> None:
    (store.records.path(KEY) / "mine").mkdir(parents=True)
    assert store.records.get(KEY) is None
    store.records.put(RECORD)
    assert store.records.get(KEY) == RECORD
    assert len(list(store.root.rglob("mine"))) == 1


def test_a_missing_record_is_a_miss(store: Store) -> None:
    assert store.records.get(KEY) is None
    store.records.put(RECORD)
    store.records.remove(KEY)
    store.records.remove(KEY)
    assert store.records.get(KEY) is None


def test_a_record_of_another_key_is_a_miss(store: Store) -> None:
    store.records.put(RECORD)
    other = "ef" * 32
    store.drafts.replace(store.records.path(other), store.records.path(KEY).read_bytes())
    assert store.records.get(other) is None


def test_a_record_without_a_main_output_is_a_miss(store: Store) -> None:
    store.records.put(replace(RECORD, outputs={}))
    assert store.records.get(KEY) is None


@pytest.mark.parametrize("place", [0, 70, 200, -2])
def test_a_flipped_bit_anywhere_is_a_miss(store: Store, place: int) -> None:
    store.records.put(RECORD)
    data = bytearray(store.records.path(KEY).read_bytes())
    data[place] ^= 1
    store.records.path(KEY).write_bytes(data)
    assert store.records.get(KEY) is None


@pytest.mark.parametrize("size", [0, 1, 64, 65, 100])
def test_a_truncated_record_is_a_miss(store: Store, size: int) -> None:
    store.records.put(RECORD)
    path = store.records.path(KEY)
    path.write_bytes(path.read_bytes()[:size])
    assert store.records.get(KEY) is None


@pytest.mark.parametrize("key", ["", "\0", "\ud800", "//dev/zero", "../../format", "ab\n"])
def test_what_is_no_key_has_no_record(store: Store, key: str) -> None:
    assert store.records.get(key) is None
