"""The page of a model: hear it learn, and see when it is done."""

from __future__ import annotations

from approx_build.report.evaluation import MEASURES, EvaluationReport, shown
from approx_build.report.judgement import nearest_steps, sentences
from approx_build.report.page import document


def evaluation_page(report: EvaluationReport) -> str:
    """The page of a model as HTML. Equal reports give equal pages."""
    return document(
        "evaluation.html",
        ["page.css", "evaluation.css"],
        report=report,
        measures=MEASURES,
        nearest=nearest_steps(report),
        sentences=sentences(report),
        shown=shown,
    )
