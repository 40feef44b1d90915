"""The evaluations of a model as one plain record, and the report that is made of it.

Two collectors fill the record: `report.evaluation_results` from the results of a build, and
`project.unfinished_evaluation` from the folder of a training.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from approx_build.corpus.recordings import Hours
from approx_build.figures.thumbnail import Sketch
from approx_build.report.evaluation import (
    EvaluationReport,
    Pair,
    Row,
    Shot,
    baseline_quantiles,
    closest_pairs,
    excerpt_path,
    pair,
    row,
    stretch_path,
    stretch_title,
    take_path,
)
from approx_build.training.ledger.record import CurvePoint, loss_curves
from approx_build.training.model import ModelSpec

Evaluation = Mapping[str, Any]
"""What `evaluation.comparison` finds, as plain values."""


@dataclass(frozen=True)
class Stretch:
    """A stretch of a recording's prepared sound, as long as a take, with its picture."""

    recording: str
    start_s: float
    sketch: Sketch


@dataclass(frozen=True)
class EvaluatedCheckpoint:
    """A checkpoint: its held-out loss, its evaluation, and the pictures of its takes."""

    loss: float | None
    evaluation: Evaluation
    takes: Sequence[Sketch]


@dataclass(frozen=True)
class EvaluatedModel:
    """Everything that the page of a model shows.

    `corpus` is the evaluation of the held-out sound, `checkpoints` are by step, and `nearest` are
    the stretches of recordings beside takes, by step and index of the take. `unused` gives the
    reason for each recording that the model does not learn from.
    """

    spec: ModelSpec
    length_s: float
    curve: Sequence[CurvePoint]
    corpus: Evaluation
    excerpts: Sequence[Stretch]
    checkpoints: Mapping[int, EvaluatedCheckpoint]
    nearest: Mapping[tuple[int, int], Stretch]
    hours: Hours
    unused: Mapping[str, str] = field(default_factory=dict)
    is_training: bool = False


def evaluation_report(found: EvaluatedModel) -> EvaluationReport:
    """The report of a model: rows of the corpus and of checkpoints, and takes beside recordings."""
    excerpts = [_stretch(one, excerpt_path(index)) for index, one in enumerate(found.excerpts)]
    evaluations = {step: one.evaluation for step, one in found.checkpoints.items()}
    baseline, spec = found.corpus["baseline"], found.spec
    return EvaluationReport(
        model=spec.model,
        family=spec.family,
        corpus_name=spec.corpus,
        length_s=found.length_s,
        curves=loss_curves(found.curve),
        corpus=row("the corpus", found.corpus, excerpts),
        rows=tuple(_row(step, one) for step, one in found.checkpoints.items()),
        pairs=tuple(_pair(found, *one) for one in closest_pairs(evaluations)),
        baseline_s=baseline_quantiles(baseline),
        threshold_s=baseline["threshold_s"],
        loss_unit=type(spec.network).loss_unit,
        hours=found.hours,
        unused=found.unused,
        is_training=found.is_training,
    )


def _row(step: int, found: EvaluatedCheckpoint) -> Row:
    shots = [_take(found, step, index) for index in range(len(found.takes))]
    return row(f"step {step}", found.evaluation, shots, step, found.loss)


def _take(found: EvaluatedCheckpoint, step: int, index: int) -> Shot:
    match = found.evaluation["nearest"][index]
    is_memorised = bool(match and match["is_memorised"])
    title = f"take {index + 1} at step {step}"
    return Shot(title, take_path(step, index), found.takes[index], is_memorised)


def _pair(found: EvaluatedModel, step: int, index: int, match: Mapping[str, Any]) -> Pair:
    take = _take(found.checkpoints[step], step, index)
    return pair(take, _stretch(found.nearest[step, index], stretch_path(step, index)), match)


def _stretch(found: Stretch, path: str) -> Shot:
    return Shot(stretch_title(found.recording, found.start_s), path, found.sketch)
