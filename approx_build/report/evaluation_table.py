"""The measures of a model as plain text, for a terminal or a page of code."""

from __future__ import annotations

from collections.abc import Sequence

from approx_build.report.evaluation import MEASURES, EvaluationReport, Row, shown

ABSENT = "–"
MEMORISED = "!"


def evaluation_table(report: EvaluationReport) -> list[str]:
    """A line for each step, the corpus first; heads above their columns, a word a line.

    What is memorised has an exclamation mark at the seconds that are copied.
    """
    heads = [["step"], ["loss"], *(measure.title.split() for measure in MEASURES), ["copied"]]
    units = ["", "", *(measure.unit for measure in MEASURES), "s"]
    height = max(map(len, heads))
    lines = [[*([""] * (height - len(head))), *head] for head in heads]
    cells = [*zip(*lines, strict=True), units, *map(_cells, (report.corpus, *report.rows))]
    widths = [max(len(line[place]) for line in cells) for place in range(len(heads))]
    return [_line(line, widths) for line in cells]


def _cells(row: Row) -> list[str]:
    mark = MEMORISED if row.memorised else ""
    return [
        "corpus" if row.step is None else str(row.step),
        ABSENT if row.loss is None else f"{row.loss:.3f}",
        *(shown(measure, row.measures[measure.name]) for measure in MEASURES),
        ABSENT if row.copied_s is None else f"{row.copied_s:.2f}{mark}",
    ]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    padded = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
    return " ".join(padded).rstrip()
