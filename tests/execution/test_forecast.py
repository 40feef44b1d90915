"""The forecast says what the build then does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from approx_build.execution.forecast import Fate, forecast
from approx_build.plan.key import differences
from approx_build.store.store import Store

if TYPE_CHECKING:
    from conftest import Yard


def fates(yard: Yard, *wanted: str) -> dict[str, str]:
    found = forecast(yard.graph, wanted, Store(yard.store.root), yard.root)
    return {target: each.fate.value for target, each in found.items()}


def chain(yard: Yard) -> None:
    yard.act("clip", [yard.leaf("phrase.txt", "la")])
    yard.act("event", ["clip"])
    yard.act("stem", ["event"])


def test_at_first_only_the_first_step_is_sure(yard: Yard) -> None:
    chain(yard)
    assert fates(yard, "stem") == {"clip": "built", "event": "perhaps", "stem": "perhaps"}


def test_after_a_build_everything_is_reused(yard: Yard) -> None:
    chain(yard)
    yard.build("stem")
    assert set(fates(yard, "stem").values()) == {"reused"}
    assert yard.build("stem").ran == []


def test_a_change_is_seen_with_its_difference(yard: Yard) -> None:
    chain(yard)
    yard.act("event", ["clip"], gain_db=-9.0)
    yard.build("stem")
    yard.act("event", ["clip"], gain_db=-6.0)
    found = forecast(yard.graph, ["stem"], yard.store, yard.root)
    assert [each.fate for each in found.values()] == [Fate.REUSED, Fate.BUILT, Fate.PERHAPS]
    event = found["event"]
    assert event.last is not None
    assert event.manifest is not None
    (difference,) = differences(event.last.manifest, event.manifest)
    assert str(difference) == "params.gain_db: -9.0 -> -6.0"


def test_objects_are_missed_only_where_something_needs_them(yard: Yard) -> None:
    chain(yard)
    built = yard.build("stem")
    for target in ("clip", "event"):
        yard.store.objects.path(built.records[target].digest).unlink()
    assert set(fates(yard, "stem").values()) == {"reused"}
    yard.act("stem", ["event"], gain_db=1.0)
    assert fates(yard, "stem") == {"clip": "remade", "event": "remade", "stem": "built"}
    yard.runs()
    yard.build("stem")
    assert yard.ran() == ["clip", "event", "stem"]


def test_a_missing_file_makes_an_action_impossible(yard: Yard) -> None:
    chain(yard)
    (yard.root / "phrase.txt").unlink()
    found = forecast(yard.graph, ["stem"], yard.store, yard.root)
    assert found["clip"].fate is Fate.IMPOSSIBLE
    assert "phrase.txt cannot be read" in found["clip"].problem


def test_a_forecast_runs_and_stores_nothing(yard: Yard) -> None:
    chain(yard)
    forecast(yard.graph, ["stem"], yard.store, yard.root)
    assert yard.ran() == []
    assert list(yard.store.objects) == list(yard.store.records) == []
