"""Estimates: medians by kind, and what is left of a build."""

from __future__ import annotations

import pytest

from approx_build.execution.estimate import RUNS_LOOKED_AT, History, Remaining, RemainingWork
from approx_build.plan.graph import Action, Graph, Kind
from approx_build.store.journal import Entry


def test_an_estimate_is_the_median_pace_times_the_size() -> None:
    runs = [(2.0, 1.0), (30.0, 10.0), (100.0, 10.0)]
    history = History.of(Entry("t", "k", "take", seconds, size) for seconds, size in runs)
    assert history.estimate(Kind.TAKE, 5.0) == pytest.approx(15.0)
    assert history.estimate(Kind.MIX) is None


def test_what_was_found_in_the_store_is_not_timed() -> None:
    assert History.of([Entry("t", "k", "take", 0.0)]).estimate(Kind.TAKE) is None


def test_old_runs_are_forgotten() -> None:
    slow = [Entry("t", "k", "mix", 100.0)] * 1000
    fast = [Entry("t", "k", "mix", 1.0)] * RUNS_LOOKED_AT
    assert History.of([*slow, *fast]).estimate(Kind.MIX) == 1.0


def test_the_outlook_adds_what_is_known_and_counts_what_is_not() -> None:
    graph = Graph()
    takes = [Action(f"take{index}", Kind.TAKE, {}) for index in range(4)]
    mixes = [Action(f"mix{index}", Kind.MIX, {}) for index in range(2)]
    for action in (*takes, *mixes):
        graph.add(action)
    sizes = {action.target: 10.0 if action.kind is Kind.TAKE else 1.0 for action in graph}
    outlook = RemainingWork(graph, sizes, History({"take": 0.5}))
    assert outlook.remaining(2) == Remaining(6, 10.0, 2)
    outlook.done(takes[0], None)
    outlook.done(mixes[0], 3.0)
    assert outlook.remaining(1) == Remaining(4, 15.0 + 3.0, 0)
    outlook.done(mixes[0], 3.0)
    assert outlook.remaining(1).actions == 4
