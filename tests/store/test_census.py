"""The census: what is there, of what size and age, and nothing of other people's files."""

from __future__ import annotations

import os

from approx_build.store.census import Amount, FileInfo, census, files
from approx_build.store.records import Record
from approx_build.store.store import Store

KEY = "ab" * 32


def test_objects_records_and_the_rest_are_counted(store: Store) -> None:
    digest = store.objects.put_bytes(b"tide")
    store.records.put(Record(KEY, {}, {"main": digest}))
    os.utime(store.objects.path(digest), (1000, 1000))
    store.drafts.replace(store.root / "training" / "aa" / "resume", b"123")
    found = census(store.root)
    assert found.objects == {digest: FileInfo(4, 1000.0)}
    assert set(found.records) == {KEY}
    assert found.others["training"] == Amount(1, 3)
    assert found.others["format"] == Amount(1, 21)
    every = [found.size for _, found in files(store.root)]
    assert found.total == sum(every)


def test_files_of_others_are_no_objects(store: Store) -> None:
    digest = store.objects.put_bytes(b"tide")
    for name in ("objects/.DS_Store", f"objects/{digest[:2]}/.DS_Store", "records/notes.txt"):
        path = store.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    assert set(census(store.root).objects) == set(store.objects) == {digest}
    assert census(store.root).records == {}
    assert list(store.records) == []
