from __future__ import annotations

import json
from datetime import timedelta, timezone

import pytest
from pydantic import ValidationError

from approx_build.training.ledger.entry import (
    LedgerEntry,
    Note,
    run_name,
    utc_text,
)
from approx_build.training.ledger.record import manifest_digest
from tests.training.ledgers import NOON, PRICE, done, fresh, manifest


def test_a_run_is_named_by_its_model_and_its_manifest() -> None:
    digest = manifest_digest(manifest())
    assert run_name("reed", manifest()) == f"reed-{digest[:8]}"
    assert fresh().run == f"reed-{digest[:8]}"
    assert fresh(0.02).run != fresh().run


def test_an_entry_comes_back_from_json_as_it_was() -> None:
    entry = done(costs=PRICE, parent="reed-00000000")
    assert LedgerEntry.model_validate_json(entry.model_dump_json()) == entry


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


def test_moments_are_told_in_utc() -> None:
    moment = NOON.astimezone(timezone(timedelta(hours=5)))
    assert utc_text(moment) == "2026-03-01T12:00:00Z"
