"""The journal: many writers, torn lines, and only what still says something when cut down."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from approx_build.store import journal as journal_module
from approx_build.store.journal import Entry
from approx_build.store.store import Store


def test_the_latest_entry_of_a_target_wins(store: Store) -> None:
    store.journal.append([Entry("stem", "k1", "stem", 2.0), Entry("mix", "k2", "mix")])
    store.journal.append([Entry("stem", "k3", "stem", 1.0, 3.0)])
    assert store.journal.latest() == {
        "stem": Entry("stem", "k3", "stem", 1.0, 3.0),
        "mix": Entry("mix", "k2", "mix"),
    }


def test_no_entries_write_nothing(store: Store) -> None:
    store.journal.append([])
    assert list(store.journal) == []
    assert not store.journal.path.exists()


def test_a_torn_line_spoils_only_itself(store: Store) -> None:
    store.journal.append([Entry("a", "k1", "stem")])
    with open(store.journal.path, "ab") as file:
        file.write(b'\n{"target": "b", "ke\xff')
    store.journal.append([Entry("c", "k2", "stem")])
    assert [entry.target for entry in store.journal] == ["a", "c"]


def test_every_bit_turned_round_is_noticed_and_spoils_little(store: Store) -> None:
    entries = [Entry(name, "ab" * 32, "stem", 1.5, 2.0) for name in ("a", "b")]
    store.journal.append(entries)
    good = store.journal.path.read_bytes()
    for bit in range(0, 8 * len(good), 3):
        data = bytearray(good)
        data[bit // 8] ^= 1 << bit % 8
        store.journal.path.write_bytes(data)
        assert store.journal.damaged(), bit
        assert set(store.journal) <= set(entries), bit
    store.journal.drop_damaged()
    assert (store.journal.damaged(), list(store.journal)) == (0, entries[:-1])


def test_lines_of_earlier_versions_are_read(store: Store) -> None:
    line = '{"target":"a","key":"k","kind":"mix","seconds":0.0,"size":1.0}'
    store.root.joinpath("journal").write_text(f"\n{line}\n{line[:-1]}")
    store.journal.append([Entry("b", "k", "mix")])
    assert [entry.target for entry in store.journal] == ["a", "b"]
    assert store.journal.damaged() == 1


def _append(root: Path, name: str) -> None:
    store = Store(root)
    for index in range(200):
        store.journal.append([Entry(f"{name}/{index}", "k", "event", 0.5)] * 3)


def test_many_processes_append_at_once(store: Store) -> None:
    context = multiprocessing.get_context("fork")
    crowd = [context.Process(target=_append, args=(store.root, f"p{n}")) for n in range(4)]
    for process in crowd:
        process.start()
    for process in crowd:
        process.join()
    assert len(list(store.journal)) == 4 * 200 * 3
    assert len(store.journal.latest()) == 4 * 200


def test_a_long_journal_is_cut_down_to_what_tells(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.journal.append(Entry("a", f"k{index}", "stem", float(index + 1)) for index in range(300))
    store.journal.append(Entry("a", f"h{index}", "stem") for index in range(300))
    store.journal.compact()
    assert len(list(store.journal)) == 600
    monkeypatch.setattr(journal_module, "COMPACT_ABOVE", 100)
    store.journal.compact()
    assert len(list(store.journal)) == journal_module.RUNS_KEPT + 1
    assert store.journal.latest() == {"a": Entry("a", "h299", "stem")}
