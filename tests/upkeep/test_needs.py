"""Needs: of pieces by their locks and graphs, of models by their declarations."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from approx_build.store.census import census
from approx_build.store.index import Entry, Index
from approx_build.store.lock import Pin
from approx_build.store.store import Store
from approx_build.store.watch import Watch
from approx_build.upkeep.cached import Cached
from approx_build.upkeep.needs import AllNeeds, ModelNeeds, PieceNeeds, gathered
from approx_build.upkeep.projects import Project
from tests.space import Space

HERE = Path("/here")


def piece(**more: object) -> PieceNeeds:
    pins = {"1/master": Pin("pinned", "sound")}
    return PieceNeeds("pieces/tide.yaml", HERE, HERE / "tide.yaml", pins, **more)  # type: ignore[arg-type]


def test_a_piece_needs_what_is_pinned_and_what_it_is_as_it_stands() -> None:
    one = piece(cached=Cached({"1/mix": "made"}, frozenset({"to be read"})))
    needs = AllNeeds([one], [])
    assert needs.keys(Index()) == {"pinned", "made"}
    assert needs.digests() == {"sound", "to be read"}


def test_a_model_needs_its_training_and_what_is_drawn_to_evaluate_it() -> None:
    index = Index({"own": Entry("train", (), ("w",), "w", "told"),
                   "other": Entry("train", (), ("v",), "v", "else")})  # fmt: skip
    model = ModelNeeds("models/tiny.yaml", HERE, "told", Cached({"take": "drawn"}, frozenset("n")))
    needs = AllNeeds([], [model])
    # Also where the graph does not lead to it, because what it heard is to be prepared again.
    assert needs.keys(index) == {"own", "drawn"}
    assert (needs.digests(), needs.declared) == ({"n"}, {"told"})


def test_where_a_model_cannot_be_read_all_trainings_stay() -> None:
    index = Index({"other": Entry("train", (), ("v",), "v", "else")})
    needs = AllNeeds([], [ModelNeeds("models/tiny.yaml", HERE, problem="no\nYAML")])
    assert needs.keys(index) == {"other"}
    assert needs.problems == {"models/tiny.yaml": "no"}


@pytest.fixture
def found(built: Space) -> AllNeeds:
    store = Store(built.root / ".approx")
    index = Index.of(store.records, store.records)
    project = Project(built.root)
    return gathered(
        [project], built.root, index, census(store.root), store.memo, Watch(), date.today()
    )


def test_of_a_project_every_piece_lock_and_model_is_read(built: Space, found: AllNeeds) -> None:
    assert [one.name for one in found.pieces] == ["pieces/tide.yaml"]
    assert [one.name for one in found.models] == ["models/tiny.yaml"]
    assert found.problems == {}
    (one,) = found.pieces
    store = Store(built.root / ".approx")
    assert set(one.cached.keys.values()) == set(store.records)
    assert {pin.digest for pin in one.pins.values()} == set(built.digests().values())
    assert one.published["tide/tide.wav"] == "piece/whole"
    assert len(found.models[0].cached.keys) > 3
