"""The journal: many writers, torn lines, and only what still says something when cut down."""

from __future__ import annotations

import json
import math
import multiprocessing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from approx_build.execution.estimate import History
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


LINES = st.one_of(
    st.text(),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=6,
    ).map(json.dumps),
    st.fixed_dictionaries(
        {
            "target": st.just("t") | st.integers() | st.none(),
            "key": st.text() | st.lists(st.text()),
        },
        optional={
            "kind": st.text() | st.booleans(),
            "seconds": st.floats() | st.integers() | st.text() | st.booleans(),
            "size": st.floats() | st.integers() | st.none(),
            "more": st.just(1),
        },
    ).map(json.dumps),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINES, max_size=5))
def test_no_line_raises_or_poisons_an_estimate(store: Store, lines: list[str]) -> None:
    store.journal.path.write_text("\n".join(lines), encoding="utf-8", errors="replace")
    store.journal.append([Entry("stem", "k1", "stem", 2.0, 4.0)])
    entries = list(store.journal)
    assert entries[-1] == Entry("stem", "k1", "stem", 2.0, 4.0)
    for entry in entries:
        assert all(type(each) is str for each in (entry.target, entry.key, entry.kind))
        assert 0 <= entry.seconds < math.inf
        assert 0 <= entry.size < math.inf
    numbers = [number for pace in History.of(entries).pace.values() for number in pace]
    assert all(0 <= number < math.inf for number in numbers)
    store.journal.latest()


@pytest.mark.parametrize(
    "line",
    [
        '{"target": 1, "key": "k", "kind": "stem"}',
        '{"target": "a", "key": ["k"], "kind": "stem"}',
        '{"target": "a", "key": "k", "kind": "stem", "seconds": NaN}',
        '{"target": "a", "key": "k", "kind": "stem", "seconds": "long"}',
        '{"target": "a", "key": "k", "kind": "stem", "seconds": -1}',
        '{"target": "a", "key": "k", "kind": "stem", "seconds": true}',
        '{"target": "a", "key": "k", "kind": "stem", "size": 1e999}',
        '{"target": "a", "key": "k", "kind": "stem", "size": ' + "9" * 400 + "}",
        '{"target": "a", "key": "k", "kind": "stem", "more": 1}',
        '{"target": "a", "key": "k"}',
        '["a", "k", "stem"]',
        "[" * 10_000,
        "9" * 60_000,
        '{"target": "' + "a" * 70_000 + '", "key": "k", "kind": "stem"}',
    ],
)
def test_a_line_of_wrong_types_is_none(store: Store, line: str) -> None:
    store.journal.path.write_text(line)
    assert list(store.journal) == []


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
