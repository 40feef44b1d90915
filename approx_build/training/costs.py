"""What a training costs: a price per hour, and a budget that it must not pass.

Money is decimal. What is spent is rounded up to the hundredth, so that a bill is never more
than was told, and the budget is whole hundredths.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from pydantic import BaseModel, ConfigDict, Field

CENT = Decimal("0.01")
HOUR_S = 3600


class Costs(BaseModel):
    """The `costs:` of a model: what the machine that trains it is paid."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    machine: str = Field("", max_length=200, description="what it trains on, in words")
    per_hour: Decimal = Field(
        Decimal(0), ge=0, le=1_000_000, decimal_places=6, description="price of an hour, currency"
    )
    currency: str = Field("USD", min_length=1, max_length=16, description="what prices are in")
    budget: Decimal | None = Field(
        None,
        ge=0,
        le=1_000_000_000,
        decimal_places=2,
        description="most that may be spent on a run, currency; null: any",
    )

    def spent(self, seconds: float) -> Decimal:
        """What `seconds` cost, rounded up to the hundredth."""
        return self._exact(seconds).quantize(CENT, ROUND_CEILING)

    def remaining(self, seconds: float) -> Decimal | None:
        """What is left of the budget after `seconds`, never below 0; None without a budget."""
        return None if self.budget is None else max(Decimal(0), self.budget - self.spent(seconds))

    def seconds_until_budget(self, seconds: float = 0.0) -> float | None:
        """Whole seconds that the budget still pays for after `seconds`; None: it never ends."""
        if self.budget is None or not self.per_hour:
            return None
        left = self.budget * HOUR_S / self.per_hour - Decimal(seconds)
        return float(max(Decimal(0), left.to_integral_value(ROUND_FLOOR)))

    def words(self, seconds: float) -> str:
        """3.20 of 50.00 USD."""
        of = "" if self.budget is None else f" of {money(self.budget)}"
        return f"{money(self.spent(seconds))}{of} {self.currency}"

    def _exact(self, seconds: float) -> Decimal:
        return self.per_hour * Decimal(max(0.0, seconds)) / HOUR_S


@dataclass(frozen=True)
class BudgetReached:
    """A training that must stop now, and what it has cost."""

    costs: Costs
    seconds: float

    @property
    def words(self) -> str:
        """Why the training stops, and what lets it go on."""
        return (
            f"the budget is reached: {self.costs.words(self.seconds)} spent; "
            "its state is kept, and a higher costs.budget lets it go on"
        )


def budget_reached(
    costs: Costs | None, seconds: float, next_s: float = 0.0
) -> BudgetReached | None:
    """Whether a training must stop after `seconds`, before work of `next_s` passes its budget."""
    if costs is None or costs.budget is None or costs.spent(seconds + next_s) <= costs.budget:
        return None
    return BudgetReached(costs, seconds)


def money(amount: Decimal) -> str:
    """An amount to the hundredth, thousands apart: 1 831.65."""
    return f"{amount:,.2f}".replace(",", " ")
