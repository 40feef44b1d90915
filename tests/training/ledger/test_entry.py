from __future__ import annotations

import json
from datetime import timedelta, timezone

import pytest
from pydantic import ValidationError

from approx_build.training.ledger.columns import players
from approx_build.training.ledger.entry import (
    LedgerEntry,
    Note,
    run_name,
    utc_text,
)
from approx_build.training.ledger.lifecycle import begin, update
from approx_build.training.ledger.record import CurvePoint, manifest_digest
from tests.training.ledgers import NOON, PRICE, done, fresh, manifest, session


def test_a_run_is_named_by_its_model_and_its_manifest() -> None:
    digest = manifest_digest(manifest())
    assert run_name("reed", manifest()) == f"reed-{digest[:8]}"
    assert fresh().run == f"reed-{digest[:8]}"
    assert fresh(0.02).run != fresh().run


def test_an_entry_comes_back_from_json_as_it_was() -> None:
    entry = done(costs=PRICE, parent="reed-00000000")
    assert LedgerEntry.model_validate_json(entry.model_dump_json()) == entry


def test_the_losses_of_players_are_curves_by_name() -> None:
    points = [
        CurvePoint(step=0, train=None, held_out=1.0),
        CurvePoint(step=10, train=None, held_out=0.5, losses={"critic": -2.0, "critic.x": 1.0}),
        CurvePoint(step=20, train=None, held_out=0.25, losses={"critic": float("nan"), "g": 3.0}),
    ]
    entry = update(begin(fresh(), session()), 20, 5, NOON, points)
    assert entry.player_curves == {
        "critic": [(10, -2.0)],
        "critic.x": [(10, 1.0)],
        "g": [(20, 3.0)],
    }
    assert LedgerEntry.model_validate_json(entry.model_dump_json()) == entry
    plain = json.loads(entry.model_dump_json())["curve"]
    assert plain[0] == {"step": 0, "training": None, "held_out": 1.0}
    assert plain[2]["losses"] == {"critic": None, "g": 3.0}
    assert players(entry) == "critic −2, g 3"


def test_entries_are_strict_and_of_one_version() -> None:
    plain = json.loads(fresh().model_dump_json())
    for wrong in ({"ledger": 2}, {"colour": "red"}, {"run": "../x-00000000"}, {"status": "odd"}):
        with pytest.raises(ValidationError):
            LedgerEntry.model_validate(plain | wrong)


def test_a_note_is_text_that_can_be_written() -> None:
    note = Note(text="b\udcffd", on=NOON.date())
    assert note.text == "b?d"
    with pytest.raises(ValidationError):
        Note(text="", on=NOON.date())


def test_moments_are_reported_in_utc() -> None:
    moment = NOON.astimezone(timezone(timedelta(hours=5)))
    assert utc_text(moment) == "2026-03-01T12:00:00Z"
