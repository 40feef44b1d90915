"""Early stopping: laws of the rule, and what it decides on curves one can read."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from approx_build.training.early_stopping import Stopping, is_done
from approx_build.training.ledger.record import CurvePoint

losses = st.lists(st.floats(0, 8), min_size=1, max_size=30)
rules = st.builds(Stopping, patience=st.integers(1, 6), min_delta=st.floats(0, 1))


def curve(*held_out: float) -> list[CurvePoint]:
    return [CurvePoint(step=10 * n, train=None, held_out=loss) for n, loss in enumerate(held_out)]


def test_it_stops_after_as_many_evaluations_without_a_lower_loss() -> None:
    rule = Stopping(patience=2)
    assert [is_done(curve(*[3, 2, 2.5, 2][:n]), rule) for n in range(5)] == [
        *(False, False, False, False),
        True,
    ]
    assert not is_done(curve(3, 2, 2.5, 1.9), rule)


def test_a_small_fall_is_none() -> None:
    rule = Stopping(patience=2, min_delta=0.1)
    assert is_done(curve(3, 2, 1.95, 1.91), rule)
    # Small falls add up: they are compared with the last that counted.
    assert not is_done(curve(3, 2, 1.95, 1.89), rule)


@given(losses)
def test_without_a_rule_it_never_stops(held_out: list[float]) -> None:
    assert not is_done(curve(*held_out), None)
    assert not is_done([], Stopping(patience=1))


@given(losses, rules)
def test_a_curve_that_falls_enough_never_stops(held_out: list[float], rule: Stopping) -> None:
    falling = [100 - n * (rule.min_delta + 0.01) for n in range(len(held_out))]
    assert not is_done(curve(*falling), rule)


@given(losses, rules)
def test_more_patience_stops_later(held_out: list[float], rule: Stopping) -> None:
    patient = Stopping(patience=rule.patience + 1, min_delta=rule.min_delta)
    assert is_done(curve(*held_out), rule) or not is_done(curve(*held_out), patient)


def test_a_loss_that_is_no_number_is_never_lower() -> None:
    assert is_done(curve(2, math.nan, math.nan), Stopping(patience=2))


@pytest.mark.parametrize("wrong", [{"patience": 0}, {"patience": 1, "min_delta": -1}, {}])
def test_rules_have_bounds(wrong: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        Stopping.model_validate(wrong)
