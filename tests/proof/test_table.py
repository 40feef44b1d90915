"""The table counts what trials found, and calls nothing good that is not."""

from __future__ import annotations

from tests.proof.context import Problem, Result
from tests.proof.table import is_good, page, summary


def result(seed: int, *problems: Problem, kept: int = 10, rerun: int = 0) -> Result:
    return Result(seed, "power cut", "", list(problems), kept, rerun, how="alone")


def test_trials_without_problems_are_good() -> None:
    assert is_good([result(1), result(2)])


def test_one_problem_is_enough_to_fail() -> None:
    assert not is_good([result(1), result(2, Problem("left", "a.part"))])


def test_steps_that_are_run_again_fail_it_from_one_in_a_hundred_on() -> None:
    assert is_good([result(1, kept=991, rerun=9)])
    assert not is_good([result(1, kept=989, rerun=11)])


def test_the_summary_says_how_to_repeat_a_trial() -> None:
    text = summary([result(7, Problem("wrong", "1.wav is wrong")), result(8)])
    assert "seed 7 (power cut: ): wrong: 1.wav is wrong\n  python -m tests.proof --only 7" in text
    assert "| power cut | 2 | 1 | 0 | 0 | 0 | 0 | 100.00% of 20 | 1 of 2 |" in text


def test_the_page_is_the_same_for_the_same_results() -> None:
    results = [result(1), result(2)]
    assert page(results, "command") == page(results, "command")
    assert "command" in page(results, "command")
