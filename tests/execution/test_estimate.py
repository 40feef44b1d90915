"""Estimates: the pace of each kind of action, and the rest of a build."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.execution.estimate import (
    RUNS_LOOKED_AT,
    History,
    Pace,
    Remaining,
    RemainingWork,
)
from approx_build.plan.graph import Action, Graph, Kind
from approx_build.store.journal import Entry


def history_of(runs: list[tuple[float, float]]) -> History:
    return History.of(Entry("t", "k", "take", seconds, size) for size, seconds in runs)


def test_an_estimate_of_actions_of_one_size_is_their_median_time() -> None:
    history = history_of([(10.0, 20.0), (10.0, 30.0), (10.0, 1000.0)])
    assert history.estimate(Kind.TAKE, 5.0) == pytest.approx(15.0)
    assert history.estimate(Kind.MIX) is None


@given(st.floats(0, 10), st.floats(0.001, 10), st.floats(1, 1e6))
def test_small_actions_do_not_make_large_ones_slow(
    overhead_s: float, unit_s: float, units: float
) -> None:
    sizes = [0.01 * 1.3**index for index in range(40)]
    runs = [(size, overhead_s + unit_s * size) for size in sizes]
    # Some runs on a busy machine, or of a kernel that was compiled first.
    for odd in (3, 17, 28):
        runs[odd] = (runs[odd][0], 20 * runs[odd][1])
    expected = overhead_s + unit_s * units
    assert history_of(runs).estimate(Kind.TAKE, units) == pytest.approx(expected, rel=0.05)


def test_larger_actions_that_took_less_time_still_give_an_estimate() -> None:
    estimate = history_of([(1.0, 5.0), (10.0, 1.0)]).estimate(Kind.TAKE, 11.0)
    assert estimate == pytest.approx(6.0)


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
    outlook = RemainingWork(graph, sizes, History({"take": Pace(0.0, 0.5)}))
    assert outlook.remaining(2) == Remaining(6, 10.0, 2)
    outlook.done(takes[0], None)
    outlook.done(mixes[0], 3.0)
    assert outlook.remaining(1) == Remaining(4, 15.0 + 3.0, 0)
    outlook.done(mixes[0], 3.0)
    assert outlook.remaining(1).actions == 4


@pytest.mark.parametrize("wrong", [0.01, 1.0, 100.0])
def test_a_tenth_of_a_build_corrects_a_wrong_history(wrong: float) -> None:
    graph = Graph()
    takes = [Action(f"take{index}", Kind.TAKE, {}) for index in range(100)]
    for action in takes:
        graph.add(action)
    sizes = {action.target: float(1 + index % 7) for index, action in enumerate(takes)}
    work = RemainingWork(graph, sizes, History({"take": Pace(0.1 * wrong, 2.0 * wrong)}))
    for action in takes[:14]:
        work.done(action, 0.1 + 2.0 * sizes[action.target])
    expected = sum(0.1 + 2.0 * sizes[action.target] for action in takes[14:])
    assert work.remaining(1).seconds == pytest.approx(expected, rel=0.01)
