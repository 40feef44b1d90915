"""An assessment of a model in sentences, based on its measures."""

from __future__ import annotations

from collections import Counter

from approx_build.report.evaluation import MEASURES, EvaluationReport, Measure, Row

MORE_SILENCE = 0.2
"""Share of their time by which takes are silent more than the corpus before this is reported."""


def gap(measure: Measure, row: Row, corpus: Row) -> float:
    """Distance between a checkpoint and the corpus itself; 0 is equal."""
    difference = row.measures[measure.name] - corpus.measures[measure.name]
    return max(0.0, difference) if measure.is_distance else abs(difference)


def nearest_steps(report: EvaluationReport) -> dict[str, int | None]:
    """For each measure the step that is nearest to the corpus, the first of equals."""
    return {
        measure.name: min(
            report.rows,
            key=lambda row: (gap(measure, row, report.corpus), row.step),
            # Without checkpoints, the row of the corpus, which has no step.
            default=report.corpus,
        ).step
        for measure in MEASURES
    }


def sentences(report: EvaluationReport) -> list[str]:
    """Sentences about loss, measures and memorisation."""
    return [
        *_of_loss(report),
        *_of_measures(report),
        *_of_silence(report),
        _of_memorisation(report),
    ]


def _of_loss(report: EvaluationReport) -> list[str]:
    curve = report.curves.get("held out", ())
    if not curve:
        return []
    # The earlier of two equal losses: nothing was gained after it.
    best = min(curve, key=lambda point: (point[1], point[0]))
    step, loss = curve[-1]
    if best == curve[-1]:
        return [f"The held-out loss is lowest at the last point, step {step:g} ({loss:.3f})."]
    return [
        f"The held-out loss was lowest at step {best[0]:g} ({best[1]:.3f}); "
        f"since then it has risen to {loss:.3f} at step {step:g}."
    ]


def _of_measures(report: EvaluationReport) -> list[str]:
    wins = Counter(step for step in nearest_steps(report).values() if step is not None)
    if not wins:
        return []
    step, count = min(wins.items(), key=lambda item: (-item[1], item[0]))
    return [f"Step {step} is nearest to the corpus in {count} of {len(MEASURES)} measures."]


def _of_silence(report: EvaluationReport) -> list[str]:
    """Whether the last takes fall silent more than the corpus does."""
    if not report.rows:
        return []
    last, own = report.rows[-1], report.corpus.measures["silent"]
    share = last.measures["silent"]
    if share <= own + MORE_SILENCE:
        return []
    return [
        f"The takes of step {last.step} are silent for {share:.0%} of their time, "
        f"the corpus for {own:.0%}."
    ]


def _of_memorisation(report: EvaluationReport) -> str:
    limit = f"{report.threshold_s:.2f} s"
    memorised = [f"{row.memorised} at step {row.step}" for row in report.rows if row.memorised]
    if memorised:
        return (
            f"The network repeats its corpus: takes that run along a recording for longer than "
            f"{limit}: {', '.join(memorised)}."
        )
    longest = max((row.copied_s or 0.0 for row in report.rows), default=0.0)
    return (
        f"No take runs along a recording for longer than other sound of the instrument does "
        f"(the longest {longest:.2f} s, the limit {limit}): nothing is memorised."
    )
