"""The graph: its checks, its order, and the part of it that a target needs."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.errors import BuildError, Location
from approx_build.plan.graph import Action, Graph, Kind
from tests.effort import assert_costs_at_most

HERE = Location("pieces/tide.yaml", 3, 5)


def act(target: str, *inputs: str, where: Location | None = None) -> Action:
    roles = {f"in{index}": source for index, source in enumerate(inputs)}
    return Action(target, Kind.EVENT, {}, roles, where=where)


def graph_of(*actions: Action) -> Graph:
    graph = Graph()
    for action in actions:
        graph.add(action)
    return graph


@st.composite
def dags(draw: st.DrawFn) -> list[Action]:
    count = draw(st.integers(1, 12))
    names = draw(st.permutations([f"t{index}" for index in range(count)]))
    actions = []
    for index, name in enumerate(names):
        sources = draw(st.sets(st.sampled_from(names[:index]))) if index else set()
        actions.append(act(name, *sorted(sources)))
    return actions


@given(dags(), st.randoms(use_true_random=False))
def test_order_puts_inputs_first_however_actions_were_added(
    actions: list[Action], chance: random.Random
) -> None:
    order = graph_of(*actions).order()
    place = {target: index for index, target in enumerate(order)}
    assert sorted(order) == sorted(a.target for a in actions)
    assert all(place[s] < place[a.target] for a in actions for s in a.inputs.values())
    chance.shuffle(actions)
    assert graph_of(*actions).order() == order


@given(dags())
def test_needed_is_closed_and_has_nothing_else(actions: list[Action]) -> None:
    graph = graph_of(*actions)
    wanted = actions[0].target
    part = graph.needed([wanted])
    part.check()
    read = {source for action in part for source in action.inputs.values()}
    assert set(part.actions) == read | {wanted}


def test_an_input_played_twice_by_one_target_counts_once() -> None:
    graph = graph_of(act("a"), act("b", "a", "a"))
    assert graph.order() == ["a", "b"]
    assert graph.consumers() == {"a": ["b"], "b": []}


def test_leaves_are_inputs_without_actions() -> None:
    graph = Graph()
    leaf = graph.add_leaf("models/corpora/reed/a.flac")
    graph.add(act("clip", leaf))
    graph.check()
    assert leaf == "file:models/corpora/reed/a.flac"
    assert graph.order() == ["clip"]
    assert graph.needed(["clip"]).leaves == {leaf: "models/corpora/reed/a.flac"}


def test_an_unknown_input_is_named_with_its_place() -> None:
    graph = graph_of(act("stem", "nowhere", where=HERE))
    with pytest.raises(BuildError, match=r"tide.yaml:3:5: stem: its input 'in0' is 'nowhere'"):
        graph.check()


def test_a_circle_is_named_in_full() -> None:
    graph = graph_of(act("a", "c"), act("b", "a"), act("c", "b"), act("d", "c"), act("e"))
    with pytest.raises(BuildError, match="in a circle: a <- c <- b <- a"):
        graph.check()


def test_two_actions_for_one_target_are_refused() -> None:
    with pytest.raises(BuildError, match="two actions make 'a'"):
        graph_of(act("a"), act("a"))


def test_an_unknown_wanted_target_is_refused() -> None:
    with pytest.raises(BuildError, match="there is no target 'b'"):
        graph_of(act("a")).needed(["b"])


def test_checking_ten_thousand_actions_costs_ten_times_what_a_thousand_cost() -> None:
    small, large = _of_stems(10), _of_stems(100)
    assert_costs_at_most(30, large.check, small.check)
    assert large.kinds()[Kind.EVENT] == len(large) == 10_000


def _of_stems(count: int) -> Graph:
    """A graph of so many stems, each of 99 events."""
    leaves, all_events = Graph(), 99 * count
    files = [leaves.add_leaf(f"corpus/{index}.flac") for index in range(10 * count)]
    events = [act(f"event/{i}", files[i % len(files)]) for i in range(all_events)]
    stems = [
        act(f"stem/{i}", *(f"event/{e}" for e in range(i, all_events, count))) for i in range(count)
    ]
    graph = graph_of(*events, *stems)
    graph.leaves.update(leaves.leaves)
    return graph
