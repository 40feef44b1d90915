"""The check: every flipped bit is found and named, repair loses nothing that is right."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from approx_build.store.check import (
    Known,
    advice_faults,
    lost_objects,
    object_faults,
    read_records,
    record_faults,
)
from approx_build.store.fault import Fault
from approx_build.store.index import Index
from approx_build.store.journal import Entry
from approx_build.store.projects import Use
from approx_build.store.records import Record, seal
from approx_build.store.store import Store
from tests.store.test_gc import make

NOTHING = Known()


def checked(store: Store, known: Known = NOTHING) -> list[Fault]:
    """All faults of a store opened anew, as another process finds them."""
    store, index = Store(store.root), Index()
    broken = read_records(store, index, lambda: None)
    found = list(record_faults(store, broken, known))
    found += object_faults(store, index, known, 2, lambda count: None)
    return [*found, *lost_objects(store, index, known), *advice_faults(store, index)]


def flip(path: Path, place: int = -1) -> None:
    """Turn one bit round, with unchanged times."""
    state = path.stat()
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


@pytest.fixture
def full(store: Store) -> Store:
    """A store with something of everything."""
    make(store, "stem", make(store, "take", kind="take"))
    store.journal.append([Entry("stem", "ab" * 32, "stem", 1.0)])
    store.removed.replace(["ab" * 32])
    store.projects.note(Use(store.root.parent))
    store.memo.path.write_bytes(seal('{"/tide.yaml": [1, 2, 3, 4, "ab"]}'))
    assert checked(store) == []
    return store


def named(kind: str) -> Callable[[Store], Path]:
    """The first file of a folder of a store."""
    return lambda store: next(p for p in sorted((store.root / kind).rglob("*")) if p.is_file())


FILES: dict[str, Callable[[Store], Path]] = {
    "object": named("objects"),
    "record": named("records"),
    "project": named("projects"),
    "journal": lambda store: store.journal.path,
    "removed": lambda store: store.removed.path,
    "memo": lambda store: store.memo.path,
}


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("place", [0, 70, -1])
def test_one_bit_is_found_and_repaired(full: Store, kind: str, place: int) -> None:
    path = FILES[kind](full)
    flip(path, min(place, path.stat().st_size - 1))
    (fault,) = checked(full)
    assert (fault.kind, fault.path) == (kind, path)
    assert fault.problem
    assert fault.remedy
    assert fault.repair()
    assert checked(full) == []


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("is_empty", [True, False])
def test_a_folder_in_the_place_of_a_file_is_found_and_repaired(
    full: Store, kind: str, is_empty: bool
) -> None:
    path = FILES[kind](full)
    path.unlink()
    path.mkdir()
    if not is_empty:
        (path / "mine").touch()
    (fault,) = checked(full)
    assert (fault.kind, fault.path) == (kind, path)
    assert fault.repair()
    assert not path.is_dir()
    assert checked(full) == []
    assert len(list(full.root.rglob("mine"))) == (not is_empty)


def test_a_damaged_object_is_moved_aside_and_its_records_forgotten(full: Store) -> None:
    key = next(key for key in full.records if full.records.get(key).manifest["kind"] == "take")  # type: ignore[union-attr]
    digest = full.records.get(key).digest  # type: ignore[union-attr]
    flip(full.objects.path(digest))
    (fault,) = checked(full, Known(names={key: "take 1 of tide"}))
    assert fault.belongs == "take 1 of tide"
    assert digest in full.objects
    assert fault.repair()
    assert digest not in full.objects
    assert full.records.get(key) is None
    assert len(os.listdir(full.root / "quarantine")) == 1
    assert len(list(full.records)) == 1


def test_a_copy_takes_the_place_of_a_damaged_or_lost_object(full: Store, tmp_path: Path) -> None:
    copy, other = tmp_path / "copy.wav", tmp_path / "other.wav"
    copy.write_bytes(b"take")
    other.write_bytes(b"tale")
    digest = full.objects.put_bytes(b"take")
    known = Known(copies={digest: [tmp_path / "gone", other, copy]})
    damages: list[Callable[[Path], None]] = [flip, os.unlink]
    for damage in damages:
        damage(full.objects.path(digest))
        (fault,) = checked(full, known)
        assert fault.repair()
        assert full.objects.path(digest).read_bytes() == b"take"
        assert checked(full) == []
    assert len(list(full.records)) == 2


def test_what_was_made_again_meanwhile_is_left(full: Store) -> None:
    digest = next(iter(full.objects))
    right = full.objects.path(digest).read_bytes()
    flip(full.objects.path(digest))
    (fault,) = checked(full)
    full.objects.path(digest).write_bytes(right)
    assert fault.repair()
    assert checked(full) == []
    assert len(list(full.records)) == 2
    path = full.records.path(next(iter(full.records)))
    right = path.read_bytes()
    flip(path)
    (fault,) = checked(full)
    path.write_bytes(right)
    assert fault.repair()
    assert path.exists()


def test_a_lost_object_is_a_fault_and_a_removed_one_is_none(full: Store) -> None:
    digest = next(iter(full.objects))
    full.objects.path(digest).unlink()
    (fault,) = checked(full)
    assert (fault.kind, fault.problem) == ("object", "is missing, and a record names it")
    full.removed.replace([digest])
    assert checked(full) == []
    full.removed.replace([])
    assert fault.repair()
    assert checked(full) == []
    assert len(list(full.records)) == 1


def test_a_record_that_vanishes_or_is_made_again_is_no_fault(full: Store) -> None:
    index = Index()
    assert read_records(full, index, lambda: None) == []
    digest = next(iter(full.objects))
    full.objects.path(digest).unlink()
    for key in index.makers[digest]:
        full.records.remove(key)
    assert list(lost_objects(full, index, NOTHING)) == []


def test_a_record_under_the_key_of_another_is_found(store: Store) -> None:
    digest = store.objects.put_bytes(b"tide")
    store.records.put(Record("ab" * 32, {"kind": "stem"}, {"main": digest}))
    (fault,) = checked(store)
    assert fault.problem == "is the record of another key"
    assert fault.repair()
    assert checked(store) == []


def test_a_damaged_list_of_removed_objects_is_written_anew(full: Store) -> None:
    digest = next(iter(full.objects))
    full.objects.path(digest).unlink()
    full.removed.replace([digest])
    flip(full.removed.path)
    faults = checked(full)
    assert [fault.kind for fault in faults] == ["removed"]
    assert faults[0].repair()
    assert checked(full) == []
    assert full.removed.digests() == {digest}
