"""Rows and pairs of the page of a model, from evaluations."""

from __future__ import annotations

from approx_build.report.evaluation import MOST_PAIRS, baseline_quantiles, closest_pairs, row
from tests.report.evaluations import evaluation, match


def test_a_row_shows_the_closest_of_its_takes() -> None:
    found = row("step 3", evaluation(1, None, match(0.5), match(2, True)), [], 3, 2.5)
    assert (found.copied_s, found.memorised, found.loss) == (2, 1, 2.5)
    assert row("step 3", evaluation(1, None), [], 3).copied_s is None
    assert row("the corpus", {"measures": {}}, []).memorised == 0


def test_every_memorised_take_is_shown_and_else_the_closest() -> None:
    calm = {0: evaluation(1, match(0), None), 9: evaluation(1, match(1), match(0.5))}
    assert [(step, index) for step, index, _ in closest_pairs(calm)] == [(9, 0)]
    clever = calm | {12: evaluation(1, match(2, True), match(3, True), match(1.5))}
    assert [(step, index) for step, index, _ in closest_pairs(clever)] == [(12, 1), (12, 0)]
    assert closest_pairs({0: evaluation(1, None)}) == []
    many = {step: evaluation(1, match(2, True)) for step in range(2 * MOST_PAIRS)}
    assert len(closest_pairs(many)) == MOST_PAIRS


def test_a_baseline_may_be_empty() -> None:
    assert baseline_quantiles({"copied_s": []}) == {}
    assert list(baseline_quantiles({"copied_s": [1, 2, 3, 4]}).values()) == [1, 2, 3, 4]
