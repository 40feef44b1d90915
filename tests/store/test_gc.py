"""Collection: what is needed or young stays, all old garbage goes, the oldest first."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approx_build.canonical import canonical
from approx_build.errors import StoreError
from approx_build.store import gc
from approx_build.store.census import Amount, census, files
from approx_build.store.gc import INTERMEDIATE, Needs, Plan, Rules
from approx_build.store.index import Index
from approx_build.store.records import Record
from approx_build.store.store import Store
from tests.store.test_index import name

DAY = 86400.0
NOW = 2_000_000_000.0
NOTHING, DEFAULT = Needs(), Rules()


def make(
    store: Store, made: str, *read: Record, kind: str = "stem", age_s: float = 30 * DAY
) -> Record:
    """An object and its record, both `age_s` old, made from the main objects of other records."""
    inputs = {f"in{place}": one.digest for place, one in enumerate(read)}
    manifest = {"kind": kind, "params": {"made": made}, "inputs": inputs}
    digest = store.objects.put_bytes(made.encode())
    record = Record(name(canonical(manifest)), manifest, {"main": digest})
    store.records.put(record)
    for path in (store.objects.path(digest), store.records.path(record.key)):
        os.utime(path, (NOW - age_s,) * 2)
    return record


def planned(store: Store, needs: Needs = NOTHING, rules: Rules = DEFAULT, **more: object) -> Plan:
    index = Index.of(store.records, store.records)
    return gc.plan(index, census(store.root), needs, rules, NOW, **more)  # type: ignore[arg-type]


def collect(store: Store, needs: Needs = NOTHING, rules: Rules = DEFAULT) -> Plan:
    index, found = Index.of(store.records, store.records), census(store.root)
    chosen = gc.plan(index, found, needs, rules, NOW)
    gc.carry_out(store, index, found, chosen)
    return chosen


def test_what_is_needed_or_young_stays(store: Store) -> None:
    pinned, latest, dead = (make(store, made) for made in ("pinned", "latest", "dead"))
    young = make(store, "young", age_s=DAY)
    future = make(store, "future", age_s=-900 * DAY)
    found = collect(store, Needs({latest.key}, {pinned.digest}))
    assert found.kinds()["stem"] == Amount(1, 4)
    assert set(store.objects) == {one.digest for one in (pinned, latest, young, future)}
    assert set(store.records) == {one.key for one in (pinned, latest, young, future)}
    assert store.records.get(dead.key) is None


def test_what_a_needed_or_young_record_was_made_from_stays(store: Store) -> None:
    take = make(store, "take", kind="take")
    event = make(store, "event", take, kind="event")
    stem = make(store, "stem", event)
    young = make(store, "young", make(store, "old take", kind="take"), age_s=DAY)
    assert not collect(store, Needs({stem.key})).objects
    assert len(list(store.records)) == 5
    os.utime(store.records.path(young.key), (NOW - 30 * DAY,) * 2)
    os.utime(store.objects.path(young.digest), (NOW - 30 * DAY,) * 2)
    assert len(collect(store, Needs({stem.key})).objects) == 2


def test_an_object_without_a_record_goes_when_it_is_old(store: Store) -> None:
    old, young = store.objects.put_bytes(b"old"), store.objects.put_bytes(b"young")
    os.utime(store.objects.path(old), (NOW - 30 * DAY,) * 2)
    os.utime(store.objects.path(young), (NOW, NOW))
    assert collect(store).kinds() == {"of no record": Amount(1, 3)}
    assert list(store.objects) == [young]


def test_a_plan_removes_nothing(store: Store) -> None:
    make(store, "dead")
    before = dict(files(store.root))
    assert planned(store).freed > 4
    assert dict(files(store.root)) == before


def test_down_to_a_size_the_oldest_goes_first_and_needed_sound_last(store: Store) -> None:
    event = make(store, "event" * 100, kind="event", age_s=90 * DAY)
    stem = make(store, "stem" * 100, event, age_s=90 * DAY)
    dead = [make(store, f"{n}" * 300, age_s=(20 + n) * DAY) for n in range(4)]
    needs, total = Needs({stem.key}), census(store.root).total

    def going(keep: int) -> set[str]:
        found = planned(store, needs, Rules(keep_bytes=keep))
        return {one.name for one in (*found.objects, *found.intermediate)}

    assert going(total) == set()
    assert going(total - 1) == going(total - 300) == {dead[3].digest}
    assert going(total - 301) == {dead[3].digest, dead[2].digest}
    assert going(total - 1200) == {one.digest for one in dead}
    assert going(total - 1201) == going(0) == {*(one.digest for one in dead), event.digest}


def test_what_was_taken_from_records_that_stay_is_remembered(store: Store) -> None:
    event = make(store, "event", kind="event")
    stem = make(store, "stem", event)
    lost = make(store, "lost", kind="event")
    needs = Needs({stem.key, lost.key})
    store.objects.path(lost.digest).unlink()
    collect(store, needs, Rules(keep_bytes=0))
    assert store.removed.digests() == {event.digest}
    assert set(store.records) == {stem.key, event.key, lost.key}
    assert set(store.objects) == {stem.digest}
    store.objects.put_bytes(b"event")
    collect(store, needs)
    assert store.removed.digests() == set()


def test_intermediate_sound_that_is_needed_itself_or_young_stays(store: Store) -> None:
    needed, young = make(store, "a", kind="clip"), make(store, "b", kind="clip", age_s=DAY)
    stem = make(store, "stem", needed, young)
    shared = make(store, "stem", kind="mix")
    needs = Needs({stem.key, shared.key}, {needed.digest})
    assert not planned(store, needs, Rules(keep_bytes=0)).intermediate


def test_folders_that_nobody_needs_go_by_age_and_whole(store: Store) -> None:
    folder = store.root / "training" / "aa"
    folder.mkdir(parents=True)
    (folder / "step").write_bytes(b"123")
    old = gc.Candidate("training", "training/aa", 3, NOW - 30 * DAY)
    young = gc.Candidate("training", "training/bb", 3, NOW)
    chosen = planned(store, folders=[old, young])
    assert chosen.kinds() == {"training": Amount(1, 3)}
    left = folder.with_name(f"{gc.DOOMED}aa")
    left.mkdir()
    (left / "half").write_bytes(b"")
    gc.carry_out(store, Index(), census(store.root), chosen)
    assert os.listdir(folder.parent) == []


def test_old_files_of_a_folder_are_removed(store: Store) -> None:
    for one, age_s in (("old", 30 * DAY), ("spared", 30 * DAY), ("new", DAY)):
        store.drafts.replace(store.root / "quarantine" / one, b"x")
        os.utime(store.root / "quarantine" / one, (NOW - age_s,) * 2)
    spared = store.root / "quarantine" / "spared"
    gc.remove_old(files(store.root / "quarantine"), NOW - gc.GRACE_S, {spared})
    assert sorted(os.listdir(store.root / "quarantine")) == ["new", "spared"]


def test_a_removal_that_the_disk_refuses_is_reported(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(store, "dead")
    index, found = Index.of(store.records, store.records), census(store.root)
    chosen = gc.plan(index, found, Needs(), Rules(), NOW)

    def refuse(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(StoreError, match="cannot be written"):
        gc.carry_out(store, index, found, chosen)


@dataclass
class Case:
    """A random store: its records in the order they were made, ages in days, and what is needed."""

    records: list[Record] = field(default_factory=list)
    ages: dict[str, int] = field(default_factory=dict)
    """Of objects and records, by digest and key."""
    needs: Needs = NOTHING


Drawn = tuple[list[tuple[str, str, list[int], int, int]], list[int], list[int]]
KINDS = ("take", "clip", "event", "stem", "mix", "figure")
AGES = st.sampled_from([-400, 0, 13, 15, 400])


@st.composite
def cases(
    draw: st.DrawFn,
) -> Drawn:
    """Actions (kind, made, read, ages of record and object); needed keys and digests."""
    count = draw(st.integers(1, 12))
    actions = []
    for place in range(count):
        read = draw(st.lists(st.integers(0, place - 1), max_size=3)) if place else []
        # Some actions make equal bytes.
        made = f"{draw(st.integers(0, count)):x}" * 3
        actions.append((draw(st.sampled_from(KINDS)), made, read, draw(AGES), draw(AGES)))
    some = st.lists(st.integers(0, count - 1), max_size=2)
    return actions, draw(some), draw(some)


def written(store: Store, drawn: Drawn) -> Case:
    case = Case()
    actions, keys, digests = drawn
    for kind, made, read, age, object_age in actions:
        record = make(store, made, *(case.records[one] for one in read), kind=kind)
        case.records.append(record)
        case.ages[record.key], case.ages[record.digest] = age, object_age
    for record in case.records:
        for path, which in (
            (store.records.path(record.key), record.key),
            (store.objects.path(record.digest), record.digest),
        ):
            os.utime(path, (NOW - case.ages[which] * DAY,) * 2)
    case.needs = Needs(
        {case.records[k].key for k in keys}, {case.records[d].digest for d in digests}
    )
    return case


def oracle(case: Case) -> tuple[set[str], set[str]]:
    """The records and objects that must stay, by the rule as it is written, slowly."""
    keys = {r.key for r in case.records if case.ages[r.key] < 14} | set(case.needs.keys)
    keys |= {r.key for r in case.records if r.digest in case.needs.digests}
    while True:
        read = {
            digest
            for r in case.records
            if r.key in keys
            for digest in dict(r.manifest["inputs"]).values()  # type: ignore[call-overload]
        }
        more = keys | {r.key for r in case.records if r.digest in read}
        if more == keys:
            break
        keys = more
    live = {r.digest for r in case.records if r.key in keys} | set(case.needs.digests)
    return keys, live | {r.digest for r in case.records if case.ages[r.digest] < 14}


@settings(max_examples=60, deadline=None)
@given(cases())
def test_of_any_store_just_the_old_garbage_goes(drawn: Drawn) -> None:
    with Folder() as folder:
        store = Store(folder / "store")
        case = written(store, drawn)
        keys, live = oracle(case)
        collect(store, case.needs)
        assert set(store.records) == keys
        assert set(store.objects) == live
        assert not collect(store, case.needs).freed


@settings(max_examples=60, deadline=None)
@given(cases(), st.floats(0, 1))
def test_of_any_store_as_little_goes_as_a_size_asks(drawn: Drawn, share: float) -> None:
    with Folder() as folder:
        store = Store(folder / "store")
        case = written(store, drawn)
        keys, live = oracle(case)
        kind_of = {r.digest: set[str]() for r in case.records}
        for r in case.records:
            if r.key in keys:
                kind_of[r.digest].add(str(r.manifest["kind"]))
        keep = int(share * census(store.root).total)
        chosen = collect(store, case.needs, Rules(keep_bytes=keep))
        gone = {r.digest for r in case.records} - set(store.objects)
        assert keys <= set(store.records)
        assert set(case.needs.digests) <= set(store.objects)
        assert all(kind_of[digest] <= INTERMEDIATE for digest in gone & live)
        assert store.removed.digests() == gone & live
        for order in (chosen.objects, chosen.intermediate):
            times = [one.mtime for one in order]
            assert times == sorted(times)
        if chosen.total - chosen.freed > keep:
            again = planned(store, case.needs, Rules(keep_bytes=0))
            assert [*again.objects, *again.intermediate] == []
        elif chosen.freed:
            last = [*chosen.objects, *chosen.intermediate][-1]
            assert chosen.total - (chosen.freed - chosen.records_size - last.size) > keep


class Folder:
    """A folder for one example."""

    def __enter__(self) -> Path:
        self._path = tempfile.mkdtemp()
        return Path(self._path)

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._path)
