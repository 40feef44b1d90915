"""What a training costs: a price per hour, and a budget that it must not pass.

Money is decimal. What is spent is rounded up to the hundredth, so that a bill is never more
than was announced, and the budget is whole hundredths.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from pydantic import BaseModel, ConfigDict, Field

NOTHING, CENT = Decimal(0), Decimal("0.01")
HOUR_S = 3600


class Costs(BaseModel):
    """The `costs:` of a model: what the machine that trains it is paid."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    machine: str = Field("", max_length=200, description="description of the machine that trains")
    per_hour: Decimal = Field(
        NOTHING, ge=0, le=1_000_000, decimal_places=6, description="price of an hour, currency"
    )
    currency: str = Field("USD", min_length=1, max_length=16, description="currency of all prices")
    budget: Decimal | None = Field(
        None,
        ge=0,
        le=1_000_000_000,
        decimal_places=2,
        description="largest cost of a run, currency; null: no limit",
    )

    def spent(self, seconds: float, earlier: Decimal = NOTHING) -> Decimal:
        """What `seconds` cost, with what was spent `earlier`, rounded up to the hundredth."""
        return (earlier + price(self.per_hour, seconds)).quantize(CENT, ROUND_CEILING)

    def remaining(self, seconds: float, earlier: Decimal = NOTHING) -> Decimal | None:
        """What is left of the budget, never below 0; None without a budget."""
        if self.budget is None:
            return None
        return max(NOTHING, self.budget - self.spent(seconds, earlier))

    def seconds_until_budget(
        self, seconds: float = 0.0, earlier: Decimal = NOTHING
    ) -> float | None:
        """Whole seconds that the budget still pays for after `seconds`; None: it never ends."""
        if self.budget is None or not self.per_hour:
            return None
        left = (self.budget - earlier) * HOUR_S / self.per_hour - Decimal(seconds)
        # Rounded down, because a second that is begun would pass the budget.
        return float(max(NOTHING, left.to_integral_value(ROUND_FLOOR)))

    def words(self, seconds: float, earlier: Decimal = NOTHING) -> str:
        """3.20 of 50.00 USD."""
        of = "" if self.budget is None else f" of {amount_text(self.budget)}"
        return f"{amount_text(self.spent(seconds, earlier))}{of} {self.currency}"


@dataclass(frozen=True)
class BudgetSpent:
    """A training that must stop now, and what it has cost."""

    costs: Costs
    seconds: float
    earlier: Decimal = NOTHING

    @property
    def words(self) -> str:
        """Why the training stops, and how to continue it."""
        return (
            f"the budget is used up: {self.costs.words(self.seconds, self.earlier)} spent; "
            "the state is saved, and a higher costs.budget lets the training continue"
        )


def budget_spent(
    costs: Costs | None, seconds: float, next_s: float = 0.0, earlier: Decimal = NOTHING
) -> BudgetSpent | None:
    """Whether a training must stop before work of `next_s` seconds passes its budget.

    `seconds` are those at the price of `costs`, `earlier` what was spent before, at any price.
    """
    if costs is None or costs.budget is None:
        return None
    is_paid = costs.spent(seconds + next_s, earlier) <= costs.budget
    return None if is_paid else BudgetSpent(costs, seconds, earlier)


def price(per_hour: Decimal, seconds: float) -> Decimal:
    """What `seconds` cost, not rounded."""
    return per_hour * Decimal(max(0.0, seconds)) / HOUR_S


def amount_text(amount: Decimal) -> str:
    """An amount to the hundredth, thousands apart: 1 831.65."""
    return f"{amount:,.2f}".replace(",", " ")
