from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from approx_build.errors import ModelError
from approx_build.training.ledger.costs import Costs
from approx_build.training.ledger.entry import Audio, Status
from approx_build.training.ledger.lifecycle import begin, entry_of, finish, update, warn
from approx_build.training.ledger.record import CurvePoint
from tests.training.ledgers import CURVE, KEPT, NOON, PRICE, done, fresh, manifest, session


def test_an_entry_records_the_declaration() -> None:
    entry = fresh()
    assert (entry.family, entry.corpus, entry.corpus_digest) == ("wavenet", "accordion", "c" * 64)
    assert entry.performers == ("Ada",)
    assert (entry.steps_done, entry.steps_planned) == (0, 1000)
    assert entry.settings.optimizer == "sgd"
    assert entry.cost is None
    assert entry.started == ""


def test_a_run_goes_from_its_start_to_its_end() -> None:
    entry = begin(fresh(), session())
    assert (entry.status, entry.started) == (Status.RUNNING, "2026-03-01T12:00:00Z")
    entry = update(entry, 500, 250.04, NOON + timedelta(minutes=5), CURVE[:6])
    assert (entry.steps_done, entry.seconds) == (500, 250.0)
    assert entry.updated == "2026-03-01T12:05:00Z"
    assert entry.curve[-1].training == CURVE[5].train
    later = update(entry, 600, 300, NOON)
    assert later.curve == entry.curve
    ended = finish(later, Status.FAILED, NOON, "the loss of step 601 is nan")
    assert (ended.status, ended.reason) == (Status.FAILED, "the loss of step 601 is nan")


def test_a_run_that_is_taken_up_again_has_another_sitting() -> None:
    first = finish(
        update(begin(fresh(number=3), session()), 800, 400, NOON, CURVE[:9], KEPT, 1.0),
        Status.INTERRUPTED,
        NOON,
    )
    # The state was last kept at step 500; the clock was set back meanwhile.
    again = begin(fresh(number=9), session(500, NOON - timedelta(days=400)), first)
    assert (again.number, again.status, again.steps_done) == (3, Status.RUNNING, 500)
    assert [one.from_step for one in again.sittings] == [0, 500]
    assert again.curve[-1].step == 500
    assert again.checkpoints == ()
    ended = update(again, 1000, 300, NOON, CURVE, KEPT)
    assert ended.seconds == 700
    assert ended.started == "2026-03-01T12:00:00Z"


def test_a_warning_is_there_once_and_stays_when_a_run_is_taken_up_again() -> None:
    entry = begin(fresh(), session())
    assert "warnings" not in json.loads(entry.model_dump_json())
    warned = warn(warn(entry, "step 9: no variance"), "step 9: no variance")
    assert json.loads(warned.model_dump_json())["warnings"] == ["step 9: no variance"]
    again = begin(fresh(), session(500), warned)
    assert warn(again, "step 600: none still").warnings == (
        "step 9: no variance",
        "step 600: none still",
    )


def test_seconds_at_a_step_are_those_of_when_it_was_made_last() -> None:
    first = update(begin(fresh(), session()), 800, 400, NOON)
    entry = update(begin(fresh(), session(500), first), 1000, 300, NOON)
    assert entry.seconds_at(250) == pytest.approx(125)
    assert entry.seconds_at(500) == pytest.approx(400)
    assert entry.seconds_at(750) == pytest.approx(550)
    assert entry.seconds_at(1000) == entry.seconds == 700
    times = [entry.seconds_at(step) for step in range(0, 1001, 10)]
    assert times == sorted(times)


def test_another_run_of_the_same_name_is_not_overwritten() -> None:
    other = fresh().model_copy(update={"manifest": manifest(0.5)})
    with pytest.raises(ModelError, match="is the name of another run already"):
        begin(fresh(), session(), other)


def test_the_cost_is_that_of_all_sittings() -> None:
    entry = done(seconds=1500.0, costs=PRICE)
    assert (entry.cost, entry.earlier_cost) == (Decimal("1.50"), 0)
    dearer = begin(fresh(costs=Costs(per_hour="36")), session(1000), entry)
    again = update(dearer, 1000, 100.0, NOON)
    assert (again.cost, again.earlier_cost) == (Decimal("2.50"), Decimal("1.5"))
    assert begin(fresh(), session(1000), again).cost is None


def test_losses_that_are_no_numbers_are_null() -> None:
    broken = [CurvePoint(step=0, train=float("inf"), held_out=float("nan")), *CURVE[1:]]
    entry = update(begin(fresh(), session()), 1000, 5, NOON, broken)
    assert json.loads(entry.model_dump_json())["curve"][0] == {
        "step": 0,
        "training": None,
        "held_out": None,
    }
    assert entry.held_out_curve[0][0] == 100


def test_a_run_without_its_family_s_columns_has_nulls() -> None:
    bare = {"network": {"family": "dance-diffusion", "sample_rate": 48000}, "training": {}}
    entry = entry_of("breath", "accordion", bare)
    assert entry.settings.filter_width is None
    assert entry.settings.sample_rate == 48000
    assert entry.audio == Audio()
    assert (entry.steps_planned, entry.parent, entry.corpus_digest) == (0, None, "")


def test_the_parent_may_are_in_the_manifest() -> None:
    entry = fresh(
        sections={"training": {"steps": 5, "parent": {"run": "reed-00000000", "step": 3}}}
    )
    assert entry.parent == "reed-00000000"
