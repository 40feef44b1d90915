from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from approx_build.score.reference_checks import circles


def test_a_circle_is_named_in_order() -> None:
    assert circles({"a": ["b"], "b": ["c"], "c": ["a"]}) == [["a", "b", "c", "a"]]
    assert circles({"a": ["a"]}) == [["a", "a"]]
    assert circles({"x": ["a"], "a": ["b", "c"], "b": ["a"]}) == [["a", "b", "a"]]


def test_a_diamond_is_no_circle() -> None:
    assert circles({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}) == []


def test_unknown_names_and_long_chains_do_no_harm() -> None:
    assert circles({"a": ["nobody"]}) == []
    chain = {str(n): [str(n + 1)] for n in range(5000)}
    assert circles(chain) == []


@given(
    st.dictionaries(st.integers(0, 8).map(str), st.lists(st.integers(0, 8).map(str)), max_size=9)
)
def test_a_circle_is_found_exactly_when_there_is_one(needs: dict[str, list[str]]) -> None:
    reach = {name: set(targets) for name, targets in needs.items()}
    for _ in needs:
        for targets in reach.values():
            targets |= {far for near in list(targets) for far in reach.get(near, ())}
    has_circle = any(name in targets for name, targets in reach.items())
    found = circles(needs)
    assert bool(found) == has_circle
    for circle in found:
        assert circle[0] == circle[-1]
        assert all(b in needs[a] for a, b in pairwise(circle))
