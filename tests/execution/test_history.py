"""The ledger: what a build adds to the journal, and what it expects of it."""

from __future__ import annotations

from approx_build.execution.history import Ledger
from approx_build.plan.graph import Action, Graph, Kind
from approx_build.store.journal import Entry
from approx_build.store.records import Record
from approx_build.store.store import Store

TAKE = Action("take", Kind.TAKE, {"length": 8000})


def ledger_of(store: Store) -> tuple[Graph, Ledger]:
    graph = Graph()
    graph.add(TAKE)
    graph.add(Action("mix", Kind.MIX, {}))
    return graph, Ledger(graph, store.journal, lambda a: float(a.params.get("length", 1)))  # type: ignore[arg-type]


def test_runs_are_noted_and_reuse_only_when_the_key_is_another(store: Store) -> None:
    _, ledger = ledger_of(store)
    ledger.done(TAKE, Record("k1", {}, {"main": "d"}, seconds=4.0), was_run=True)
    ledger.done(TAKE, Record("k1", {}, {"main": "d"}, seconds=4.0), was_run=False)
    ledger.done(TAKE, Record("k0", {}, {"main": "d"}, seconds=4.0), was_run=False)
    ledger.close()
    assert list(store.journal) == [
        Entry("take", "k1", "take", 4.0, 8000.0),
        Entry("take", "k0", "take", 0.0, 8000.0),
    ]


def test_guesses_come_from_the_journal_and_are_a_second_without(store: Store) -> None:
    store.journal.append([Entry("other", "k", "take", 2.0, 1000.0)])
    graph, ledger = ledger_of(store)
    assert ledger.guesses(graph) == {"take": 16.0, "mix": 1.0}
    assert ledger.size("take") == 8000.0
    assert ledger.remaining(2).seconds == 8.0


def test_a_journal_that_cannot_be_written_is_no_error(store: Store) -> None:
    store.journal.path.mkdir()
    _, ledger = ledger_of(store)
    ledger.done(TAKE, Record("k1", {}, {"main": "d"}), was_run=True)
    ledger.close()
