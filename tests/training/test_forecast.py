from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.machine import Available
from approx_build.training.forecast import (
    Forecast,
    PlayerForecast,
    duration,
    joined,
    step_time,
    words,
)
from approx_build.training.ledger.costs import Costs
from approx_build.units import size

SAMPLES = st.lists(st.floats(1e-4, 100), min_size=1, max_size=50)
PLAIN = Forecast(
    windows=500,
    steps=4000,
    used=8000,
    parameters=1_234_567,
    receptive_field=4095,
    step=step_time([0.5] * 100),
    memory={
        "weights": 4_000_000,
        "average": 4_000_000,
        "optimiser": 8_000_000,
        "gradients": 8_000_000,
        "activations": 300_000_000,
        "baseline": 200_000_000,
    },
)


@given(SAMPLES)
def test_the_range_holds_the_median_and_most_of_what_was_seen(samples: list[float]) -> None:
    found = step_time(samples)
    assert found.low_s < found.median_s < found.high_s
    inside = sum(found.low_s <= one <= found.high_s for one in samples)
    assert inside >= 0.8 * len(samples) - 2


@given(SAMPLES, st.floats(0.01, 100))
def test_slower_steps_take_longer_in_proportion(samples: list[float], factor: float) -> None:
    slower = step_time([factor * one for one in samples])
    assert slower.median_s == pytest.approx(factor * step_time(samples).median_s)
    assert slower.high_s == pytest.approx(factor * step_time(samples).high_s)


@given(SAMPLES)
def test_the_order_of_the_samples_does_not_matter(samples: list[float]) -> None:
    assert step_time(samples) == step_time(samples[::-1])


def test_one_step_says_from_half_to_twice() -> None:
    found = step_time([3.0])
    assert (found.low_s, found.median_s, found.high_s) == (1.5, 3.0, 6.0)


def test_many_equal_steps_make_a_narrow_range() -> None:
    wide, narrow = step_time([1.0] * 4), step_time([1.0] * 400)
    assert narrow.high_s - narrow.low_s < 0.2 * (wide.high_s - wide.low_s)


@pytest.mark.parametrize("samples", [[], [0.0], [1.0, float("nan")], [float("inf")], [-1.0]])
def test_odd_samples_are_refused(samples: list[float]) -> None:
    with pytest.raises(ValueError, match="seconds of steps"):
        step_time(samples)


def test_a_forecast_counts_what_is_left() -> None:
    assert PLAIN.epochs == 16
    assert PLAIN.remaining.median_s == 2000
    assert replace(PLAIN, steps_done=3000).remaining.median_s == 500
    assert replace(PLAIN, steps_done=9000).remaining.median_s == 0
    assert replace(PLAIN, windows=0).epochs == 0


def test_memory_is_the_sum_of_its_items_unless_it_was_measured() -> None:
    assert PLAIN.peak_bytes == 4_000_000 + 4_000_000 + 8_000_000 + 8_000_000 + 500_000_000
    measured = replace(PLAIN, measured_bytes=7)
    assert measured.peak_bytes == 7
    assert not measured.is_too_large
    assert replace(PLAIN, available=Available(1, "a toy")).is_too_large


def test_the_verdict_on_the_budget() -> None:
    assert PLAIN.is_over_budget is None
    assert PLAIN.steps_within_budget is None
    rich = replace(PLAIN, costs=Costs(per_hour=3600, budget=3000))
    assert rich.is_over_budget is False
    assert rich.steps_within_budget == 4000
    poor = replace(PLAIN, costs=Costs(per_hour=3600, budget=1000))
    assert poor.is_over_budget is True
    assert poor.steps_within_budget == 2000
    late = replace(poor, steps_done=1000, spent=Decimal(500))
    assert late.steps_within_budget == 2000


def test_a_forecast_in_words() -> None:
    poor = replace(
        PLAIN,
        costs=Costs(per_hour=3600, budget=1000),
        available=Available(100_000_000, "limit of the control group"),
    )
    told = dict(words(poor))
    assert told["windows"] == "500, each used 16 times"
    assert told["parameters"] == "1 234 567"
    assert told["a step"] == "0.5 s, median of 100"
    assert told["time"] == "33.3 min (30.3 min to 36.7 min)"
    assert told["memory"] == (
        "524 MB at the peak (weights 4 MB, average 4 MB, optimiser 8 MB, gradients 8 MB, "
        "activations 300 MB, baseline 200 MB); too much: 100 MB available, "
        "limit of the control group"
    )
    assert told["cost"] == (
        "2 000.00 of 1 000.00 USD (1 818.19 to 2 200.00); the budget ends at about step 2 000"
    )
    assert "cost" not in dict(words(PLAIN))


def test_the_steps_of_phases_are_joined_by_how_many_there_are() -> None:
    fast, slow = step_time([1.0] * 4), step_time([3.0] * 4)
    assert joined([(fast, 10)]) == fast
    both = joined([(fast, 10), (slow, 30)])
    assert both.median_s == 2.5
    assert both.low_s == pytest.approx(2.5 / 1.5)
    assert both.high_s == pytest.approx(2.5 * 1.5)
    assert both.count == 8


def test_players_and_phases_are_reported() -> None:
    players = {"critic": PlayerForecast(5, 68_545), "generator": PlayerForecast(1, 170_881)}
    told = dict(words(replace(PLAIN, players=players, phases={"alone": 0, "duel": 1000})))
    assert told["players"] == (
        "critic with 68 545 parameters, 5 turns a step; "
        "generator with 170 881 parameters, 1 turn a step"
    )
    assert told["phases"] == "alone from step 0 on; duel from step 1 000 on"
    assert not {"players", "phases"} & dict(words(PLAIN)).keys()
    assert "phases" not in dict(words(replace(PLAIN, players=players, phases={"duel": 0})))


def test_units_suit_the_numbers() -> None:
    assert [duration(s) for s in (8.44, 720, 12_600, 181_440)] == [
        "8.44 s",
        "12 min",
        "3.5 h",
        "2.1 days",
    ]
    assert [size(n) for n in (12, 340_000, 12_500_000, 3_100_000_000)] == [
        "12 B",
        "340 kB",
        "12.5 MB",
        "3.1 GB",
    ]
