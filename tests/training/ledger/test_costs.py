from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from approx_build.training.ledger.costs import (
    CENT,
    BudgetSpent,
    Costs,
    amount_text,
    budget_spent,
    price,
)

PRICES = st.decimals("0.000001", "500", places=6)
BUDGETS = st.decimals("0", "5000", places=2)
SECONDS = st.integers(0, 10**10).map(lambda thousandths: thousandths / 1000)


@given(PRICES, SECONDS, SECONDS)
def test_more_time_never_costs_less(price: Decimal, seconds: float, more: float) -> None:
    costs = Costs(per_hour=price)
    assert costs.spent(seconds) <= costs.spent(seconds + more)


@given(PRICES, SECONDS)
def test_what_is_spent_is_rounded_up_by_less_than_a_hundredth(
    price: Decimal, seconds: float
) -> None:
    exact = price * Decimal(seconds) / 3600
    spent = Costs(per_hour=price).spent(seconds)
    assert exact <= spent < exact + CENT
    assert spent == spent.quantize(CENT)


@given(PRICES, BUDGETS, SECONDS)
def test_the_budget_lasts_as_long_as_it_says(
    price: Decimal, budget: Decimal, seconds: float
) -> None:
    costs = Costs(per_hour=price, budget=budget)
    left = costs.seconds_until_budget(seconds)
    assert left is not None
    if costs.spent(seconds) <= budget:
        assert costs.spent(seconds + left) <= budget
        assert costs.spent(seconds + left + 1) > budget
    else:
        assert left == 0


@given(PRICES, BUDGETS, SECONDS, st.floats(0, 100))
def test_a_training_stops_before_it_passes_its_budget(
    price: Decimal, budget: Decimal, seconds: float, next_s: float
) -> None:
    costs = Costs(per_hour=price, budget=budget)
    stop = budget_spent(costs, seconds, next_s)
    assert (stop is not None) == (costs.spent(seconds + next_s) > budget)


@given(PRICES, BUDGETS, SECONDS)
def test_spent_and_remaining_make_the_budget(
    price: Decimal, budget: Decimal, seconds: float
) -> None:
    costs = Costs(per_hour=price, budget=budget)
    left, spent = costs.remaining(seconds), costs.spent(seconds)
    assert left == max(Decimal(0), budget - spent)


@given(PRICES, PRICES, BUDGETS, SECONDS, SECONDS)
def test_what_another_price_has_cost_counts_too(
    before: Decimal, now: Decimal, budget: Decimal, first: float, seconds: float
) -> None:
    costs, earlier = Costs(per_hour=now, budget=budget), price(before, first)
    spent = costs.spent(seconds, earlier)
    assert spent >= max(costs.spent(seconds), Costs(per_hour=before).spent(first))
    assert costs.remaining(seconds, earlier) == max(0, budget - spent)
    assert (budget_spent(costs, seconds, 0, earlier) is None) == (spent <= budget)
    left = costs.seconds_until_budget(seconds, earlier)
    assert left is not None
    assert left == 0 or costs.spent(seconds + left, earlier) <= budget


def test_nothing_ends_without_a_budget_or_a_price() -> None:
    assert Costs(per_hour=Decimal(3)).seconds_until_budget() is None
    assert Costs(per_hour=Decimal(3)).remaining(5) is None
    assert Costs(budget=Decimal(3)).seconds_until_budget() is None
    assert budget_spent(None, 1e9) is None
    assert budget_spent(Costs(per_hour=Decimal(3)), 1e9) is None


def test_costs_in_words() -> None:
    costs = Costs(machine="a rented one", per_hour="3.2", budget=50)
    assert costs.words(3600) == "3.20 of 50.00 USD"
    assert Costs(per_hour="1.5", currency="EUR").words(2.0) == "0.01 EUR"
    assert amount_text(Decimal("1831.65")) == "1 831.65"
    assert BudgetSpent(costs, 3600 * 15).words == (
        "the budget is used up: 48.00 of 50.00 USD spent; "
        "the state is saved, and a higher costs.budget lets the training continue"
    )


def test_a_price_of_yaml_is_the_number_that_is_written() -> None:
    assert Costs(per_hour=1.89).per_hour == Decimal("1.89")
    assert Costs(per_hour=0.1).spent(3 * 3600) == Decimal("0.30")


@pytest.mark.parametrize(
    "wrong",
    [{"per_hour": -1}, {"budget": "1.005"}, {"currency": ""}, {"per_minute": 1}, {"budget": "nan"}],
)
def test_odd_costs_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Costs.model_validate(wrong)


def test_costs_come_back_from_json_as_they_were() -> None:
    costs = Costs(machine="x", per_hour="0.123456", budget="7.10")
    assert Costs.model_validate_json(costs.model_dump_json()) == costs
