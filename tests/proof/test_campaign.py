"""A campaign that was interrupted goes on with the results that it has."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from tests.proof.campaign import Campaign, Kept, sources_digest
from tests.proof.context import Problem, Result


def test_results_are_kept_and_a_line_that_was_cut_off_is_none(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "results.jsonl")
    assert kept.read() == []
    one = Result(3, "power cut", "alone", [Problem("left", "a.part")])
    kept.add(asdict(one))
    with open(kept.path, "a") as file:
        file.write('{"seed": 4, "row": "power')
    kept.add(asdict(one))
    assert kept.read() == [one, one]


def test_trials_whose_results_are_kept_are_not_run_again(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "results.jsonl")
    for seed in (2, 1, 9):
        kept.add(asdict(Result(seed, "power cut", "")))
    # Without a runner nothing could be run.
    with Campaign(tmp_path, 0) as campaign:
        assert [one.seed for one in campaign.run([(1, ""), (2, "")], kept)] == [1, 2]


def test_the_digest_of_the_sources_is_that_of_the_same_sources() -> None:
    assert sources_digest() == sources_digest()
