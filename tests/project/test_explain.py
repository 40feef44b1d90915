"""Reasons: why an action runs, in the words of what changed."""

from __future__ import annotations

from typing import Any

import pytest

from approx_build.errors import UsageError
from approx_build.execution.forecast import Fate, Forecast
from approx_build.plan.graph import Action, Graph, Kind
from approx_build.project.explain import found_target, reason, shortened
from approx_build.store.records import Record


def forecast(fate: Fate, old: Any = None, new: Any = None, **more: Any) -> Forecast:
    action = Action("x", Kind.STEM, {}, options=more.pop("options", {}))
    last = None if old is None else Record("0" * 64, {"params": old}, {"main": "1" * 64})
    return Forecast(action, fate, "k", None if new is None else {"params": new}, last, **more)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (forecast(Fate.REUSED), "up to date"),
        (forecast(Fate.REMADE), "its result is no longer in the store"),
        (forecast(Fate.PERHAPS), "rebuilt if its input changes"),
        (forecast(Fate.IMPOSSIBLE, problem="a.flac cannot be read"), "a.flac cannot be read"),
        (forecast(Fate.BUILT), "never built"),
        (forecast(Fate.BUILT, {"a": 1}, {"a": 2}), "params.a: 1 -> 2"),
        (
            forecast(Fate.BUILT, options={"is_shipped": True}),
            "its checkpoints are shipped with the model",
        ),
        (
            forecast(Fate.BUILT, dict.fromkeys("abcde", 1), dict.fromkeys("abcde", 2)),
            "params.a: 1 -> 2; params.b: 1 -> 2; params.c: 1 -> 2 and 2 more",
        ),
    ],
)
def test_a_reason_is_one_line(found: Forecast, said: str) -> None:
    assert reason(found) == said


def test_long_values_are_cut() -> None:
    assert shortened("x" * 110) == "x" * 110
    assert shortened("x" * 111) == "x" * 109 + "…"


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
        ("mix", "'mix' is ambiguous: 1-foam/mix, 2-sand/mix; write the whole target"),
        ("2-sand/mux", "there is no target '2-sand/mux'; did you mean 2-sand/mix"),
        ("zzz", "there is no target 'zzz'$"),
    ],
)
def test_what_is_not_one_target_is_reported(name: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        found_target(GRAPH, name)
