"""What measures say: each sentence where it is true, and only there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from approx_build.report.assessment import gap, nearest_steps, sentences
from approx_build.report.evaluation import MEASURES, EvaluationReport
from tests.report.evaluations import beginning, report


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> EvaluationReport:
    return report(tmp_path_factory.mktemp("evaluation"), memorised=False)


def test_a_distance_below_the_corpus_own_is_no_gap(calm: EvaluationReport) -> None:
    distance, value = MEASURES[0], MEASURES[-1]
    near = replace(calm.rows[0], measures={one.name: 0.25 for one in MEASURES})
    assert gap(distance, near, calm.corpus) == 0
    assert gap(value, near, calm.corpus) == 0.75


def test_the_nearest_step_is_the_first_of_equals(calm: EvaluationReport) -> None:
    assert set(nearest_steps(calm).values()) == {100}
    twice = replace(calm, rows=(*calm.rows, replace(calm.rows[1], step=3000)))
    assert set(nearest_steps(twice).values()) == {100}


def test_a_loss_that_rises_is_reported(calm: EvaluationReport) -> None:
    said = " ".join(sentences(calm))
    assert "lowest at step 100 (3.000); since then it has risen to 3.250 at step 2000" in said
    falling = replace(calm, curves={"held out": ((0, 5.0), (10, 4.0))})
    assert "lowest at the last point, step 10 (4.000)" in " ".join(sentences(falling))


def test_memorisation_is_reported_either_way(calm: EvaluationReport, tmp_path: Path) -> None:
    assert "nothing is memorised" in sentences(calm)[-1]
    assert sentences(report(tmp_path))[-1].endswith("longer than 1.50 s: 1 at step 2000.")


def test_silence_is_reported_when_it_is_more_than_the_corpus_has(calm: EvaluationReport) -> None:
    def with_silence(share: float) -> str:
        last = replace(calm.rows[-1], measures={**calm.rows[-1].measures, "silent": share})
        own = replace(calm.corpus, measures={**calm.corpus.measures, "silent": 0.1})
        return " ".join(sentences(replace(calm, corpus=own, rows=(*calm.rows[:-1], last))))

    assert "step 2000 are silent for 41% of their time, the corpus for 10%" in with_silence(0.41)
    assert "silent" not in with_silence(0.2)


def test_a_training_that_begins_has_little_to_say(tmp_path: Path) -> None:
    assert len(sentences(beginning(tmp_path))) == 1
