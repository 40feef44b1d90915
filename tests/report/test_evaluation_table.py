"""The table of measures: a line for each step, columns that stand, no line too long."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from approx_build.report.evaluation import MEASURES
from approx_build.report.evaluation_table import evaluation_table
from tests.report.evaluations import beginning, report


def test_a_line_for_each_step_the_corpus_first(tmp_path: Path) -> None:
    lines = evaluation_table(report(tmp_path))
    assert [line.split()[0] for line in lines[-4:]] == ["corpus", "0", "100", "2000"]
    assert lines[-1].split()[1] == "3.250"
    assert len(lines[-1].split()) == len(MEASURES) + 3
    assert lines[-1].endswith("2.50!")
    assert lines[-2].endswith("1.00")


def test_titles_and_units_stand_above_their_columns(tmp_path: Path) -> None:
    lines = evaluation_table(report(tmp_path))
    right = lines[-1].rindex("!") + 1
    assert [line[:right].split()[-1] for line in lines[-6:-4]] == ["copied", "s"]
    told = " ".join(lines[:-4]).split()
    assert {word for measure in MEASURES for word in measure.title.split()} <= set(told)


def test_the_longest_line_fits(tmp_path: Path) -> None:
    made = report(tmp_path)
    far = {measure.name: -123.456 for measure in MEASURES} | {"silent": 1.0}
    rows = [replace(row, step=1_000_000, measures=far, copied_s=12.5) for row in made.rows]
    table = evaluation_table(replace(made, rows=tuple(rows)))
    assert max(map(len, table)) <= 100


def test_a_training_that_begins_has_its_corpus_alone(tmp_path: Path) -> None:
    last = evaluation_table(beginning(tmp_path))[-1]
    assert last.split()[:2] == ["corpus", "–"]
    assert last.endswith("–")
