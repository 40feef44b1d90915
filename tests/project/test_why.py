"""`why` finds a target by the end of its name."""

from __future__ import annotations

import pytest

from approx_build.errors import UsageError
from approx_build.plan.graph import Action, Graph, Kind
from approx_build.project.explain import found_target

GRAPH = Graph()
for name in ("1-foam/mix", "2-sand/mix", "1-foam/stems/shore", "shore"):
    GRAPH.add(Action(name, Kind.MIX, {}))


def test_a_whole_name_or_its_end_will_do() -> None:
    assert found_target(GRAPH, "1-foam/mix") == "1-foam/mix"
    assert found_target(GRAPH, "stems/shore") == "1-foam/stems/shore"
    assert found_target(GRAPH, "shore") == "shore"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("mix", "'mix' may be 1-foam/mix, 2-sand/mix; say which"),
        ("2-sand/mux", "there is no target '2-sand/mux'; did you mean 2-sand/mix"),
        ("zzz", "there is no target 'zzz'$"),
    ],
)
def test_what_is_not_one_target_is_said(name: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        found_target(GRAPH, name)
