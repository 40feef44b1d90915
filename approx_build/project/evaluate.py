"""`evaluate`: the page by which a composer decides when a network is done."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from approx_build.errors import ModelError
from approx_build.project.model import Model
from approx_build.project.observer import Observer
from approx_build.project.paths import named_from
from approx_build.project.settings import Settings
from approx_build.store.delivery import check_folder, write

if TYPE_CHECKING:
    from approx_build.plan.evaluation import LoweredEvaluation
    from approx_build.report.evaluation import EvaluationReport, Row
    from approx_build.report.evaluation_results import Evaluations


@dataclass(frozen=True)
class EvaluateOptions:
    """How many takes of each checkpoint to draw, and how long."""

    takes: int = 4
    length_s: float = 3.0
    unfinished: bool = False
    """Whether a training that is not finished is evaluated, by the checkpoints it has."""


@dataclass(frozen=True)
class EvaluationResult:
    """What the page of a model shows, and where the page is."""

    report: EvaluationReport
    page: Path

    def as_json(self) -> dict[str, Any]:
        """The report for programs, without its pictures."""
        return _plain(self.report)


def evaluate(
    root: Path, name: str, settings: Settings, options: EvaluateOptions, observer: Observer
) -> EvaluationResult:
    """Build what is missing of the evaluation of a model, and write its page and sounds."""
    model = Model.open(root, name, settings, draws=True)
    folder = settings.out or settings.out_at(root) / "models" / name
    with named_from(root):
        check_folder(folder)
        make = _evaluated_unfinished if options.unfinished else _evaluated
        report = make(model, options, folder, observer)
    return EvaluationResult(report, folder / "index.html")


def _evaluated_unfinished(
    model: Model, options: EvaluateOptions, out: Path, observer: Observer
) -> EvaluationReport:
    """Write the page of the checkpoints there are into `out`; ModelError when there is none."""
    from approx_build.families.parameters import fitting_s
    from approx_build.project.unfinished_evaluation import TrainingPage, unfinished_run

    folder = _folder(model)
    if not unfinished_run(folder).checkpoints:
        raise ModelError(
            f"model {model.name!r}: its training, as declared now, has no checkpoint yet; "
            f"`approx-build train {model.name}` starts it"
        )
    page = TrainingPage(
        model.spec,
        model.material(observer),
        out,
        options.takes,
        fitting_s(model.spec.network, options.length_s),
        model.settings.device,
        observer.activity,
        model.store.objects,
    )
    return page.write(folder)


def _folder(model: Model) -> Path:
    """Where the training of a model as it is declared keeps its checkpoints."""
    from approx_build.training.ledger.record import manifest_digest
    from approx_build.training.previous_runs import working_folder

    catalog = model.catalog
    manifest = catalog.manifest(model.name)
    # A shipped run is finished, and its checkpoints need not be in the store.
    if catalog.shipped_run(model.name, manifest):
        return model.root / catalog.shipped_path(model.name)
    return working_folder(model.store.root, manifest_digest(manifest))


def _evaluated(
    model: Model, options: EvaluateOptions, out: Path, observer: Observer
) -> EvaluationReport:
    """Write the page of a trained model, which is trained when it is not, into `out`."""
    from approx_build.families.parameters import fitting_s
    from approx_build.plan.evaluation import lower_evaluation
    from approx_build.report.evaluated_model import evaluation_report
    from approx_build.report.page import evaluation_page

    length_s = fitting_s(model.spec.network, options.length_s)
    lowered = lower_evaluation(model.networks, model.name, options.takes, length_s)
    evaluations = _built(model, lowered, options.takes, observer)
    report = evaluation_report(evaluations.collected())
    for path, digest in evaluations.files().items():
        model.store.objects.materialise(digest, out / path)
    write(out / "index.html", evaluation_page(report).encode())
    return report


def _built(model: Model, lowered: LoweredEvaluation, takes: int, observer: Observer) -> Evaluations:
    """Evaluate; then cut stretches of the corpus, since only what was built tells which."""
    from approx_build.report.evaluation_results import Evaluations

    built = model.build(lowered.targets(), observer)
    evaluations = Evaluations(lowered, dict(built.records), model.store.objects)
    more = model.build(evaluations.add_stretches(takes), observer)
    evaluations.records.update(more.records)
    return evaluations


def _plain(report: EvaluationReport) -> dict[str, Any]:
    """The report without its pictures, as plain values."""
    from approx_build.report.evaluation import MEASURES

    pairs = [
        {
            **{field.name: getattr(pair, field.name) for field in fields(pair)},
            "take": pair.take.audio,
            "recording": pair.recording.title,
        }
        for pair in report.pairs
    ]
    return {
        "model": report.model,
        "family": report.family,
        "corpus_name": report.corpus_name,
        "is_training": report.is_training,
        "length_s": report.length_s,
        "loss_unit": report.loss_unit,
        # A share stays a share: per cent are the page's.
        "units": {one.name: one.unit.replace("%", "") for one in MEASURES},
        "hours": asdict(report.hours) if report.hours else None,
        "unused": dict(report.unused),
        "corpus": _plain_row(report.corpus),
        "checkpoints": [_plain_row(row) for row in report.rows],
        "closest": pairs,
        "baseline_s": dict(report.baseline_s),
        "threshold_s": report.threshold_s,
    }


def _plain_row(row: Row) -> dict[str, Any]:
    plain = {field.name: getattr(row, field.name) for field in fields(row)}
    return plain | {"measures": dict(row.measures), "shots": [shot.audio for shot in row.shots]}
