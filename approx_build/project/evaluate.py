"""`evaluate`: the page by which a composer decides when a network is done."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any

from approx_build.project.build import build_targets
from approx_build.project.paths import named_from, near
from approx_build.project.piece import takes_environment
from approx_build.project.settings import Options
from approx_build.project.train import named_model
from approx_build.store.delivery import check_folder, write

if TYPE_CHECKING:
    from pathlib import Path

    from approx_build.plan.evaluation import LoweredEvaluation
    from approx_build.plan.takes import Networks
    from approx_build.report.evaluation import EvaluationReport, Row
    from approx_build.report.evaluation_results import Evaluations
    from approx_build.store.store import Store


import sys
from pathlib import Path
from typing import TYPE_CHECKING

from approx_build.errors import ModelError
from approx_build.project.prepared_corpus import prepared_material

if TYPE_CHECKING:
    from approx_build.plan.catalog import Catalog
    from approx_build.plan.takes import Networks
    from approx_build.report.evaluation import EvaluationReport
    from approx_build.store.store import Store


def evaluate_so_far(
    networks: Networks,
    model: str,
    takes: int,
    length_s: float,
    out: Path,
    store: Store,
    options: Options,
) -> EvaluationReport:
    """Write the page of the checkpoints there are into `out`; ModelError when there is none."""
    from approx_build.project.unfinished_evaluation import TrainingPage, run_so_far

    catalog = networks.catalog
    folder = _folder(catalog, model, store)
    if not run_so_far(folder).checkpoints:
        raise ModelError(
            f"model {model!r}: as it is declared now nothing was trained yet; "
            f"`approx-build train {model}` begins"
        )
    material = prepared_material(networks, model, store, options)

    def tell(words: str) -> None:
        if not options.quiet:
            print(words, file=sys.stderr)

    spec, device = catalog.model(model), options.device
    page = TrainingPage(spec, material, out, takes, length_s, device, tell, store.objects)
    return page.write(folder)


def _folder(catalog: Catalog, model: str, store: Store) -> Path:
    """Where the training of a model as it is declared keeps its checkpoints."""
    from approx_build.corpus.recordings import corpus_digest
    from approx_build.training.ledger.record import manifest_digest
    from approx_build.training.previous_runs import working_folder

    manifest = catalog.model(model).manifest(corpus_digest(catalog.heard_by(model)))
    if catalog.shipped_run(model, manifest):
        return catalog.root / catalog.shipped_path(model)
    return working_folder(store.root, manifest_digest(manifest))


@dataclass(frozen=True)
class EvaluationAsked:
    """What was asked for on the command line."""

    model: str
    takes: int
    length_s: float
    so_far: bool
    json: bool


def evaluate(asked: EvaluationAsked, options: Options) -> None:
    """Build what is missing, write the page and its sounds, and say what they say."""
    from approx_build.plan.catalog import Catalog
    from approx_build.plan.graph import Graph
    from approx_build.plan.takes import Networks
    from approx_build.report.assessment import sentences
    from approx_build.report.evaluation_table import evaluation_table
    from approx_build.store.store import Store

    name, root = named_model(asked.model)
    catalog = Catalog(root, date.today())
    networks = Networks(Graph(), catalog, dict(takes_environment(options.device)))
    folder = options.out or options.out_at(root) / "models" / name
    with named_from(root):
        catalog.consent(catalog.model(name).corpus, name)
        check_folder(folder)
        make = evaluate_so_far if asked.so_far else _evaluated
        store = Store(options.store_at(root))
        report = make(networks, name, asked.takes, asked.length_s, folder, store, options)
    if asked.json:
        print(json.dumps(_told(report), indent=1, sort_keys=True))
        return
    if report.is_training:
        print(f"{name} is still training")
    print(evaluation_table(report))
    print("".join(f"{sentence}\n" for sentence in sentences(report)), end="")
    print(near(folder / "index.html"))


def _evaluated(
    networks: Networks,
    model: str,
    takes: int,
    length_s: float,
    out: Path,
    store: Store,
    options: Options,
) -> EvaluationReport:
    """Write the page of a trained model, which is trained when it is not, into `out`."""
    from approx_build.plan.evaluation import lower_evaluation
    from approx_build.report.page import evaluation_page

    lowered = lower_evaluation(networks, model, takes, length_s)
    evaluations = _built(lowered, takes, store, options)
    report = evaluations.report()
    for path, digest in evaluations.files().items():
        store.objects.materialise(digest, out / path)
    write(out / "index.html", evaluation_page(report).encode())
    return report


def _built(lowered: LoweredEvaluation, takes: int, store: Store, options: Options) -> Evaluations:
    """Evaluate; then cut stretches of the corpus, since only what was built tells which."""
    from approx_build.report.evaluation_results import Evaluations

    graph, root = lowered.networks.graph, lowered.networks.catalog.root
    log = lowered.networks.catalog.log
    built = build_targets(graph, lowered.targets(), store, root, options, log=log)
    built.check()
    evaluations = Evaluations(lowered, dict(built.records), store.objects)
    stretches = evaluations.add_stretches(takes)
    more = build_targets(graph, stretches, store, root, options, log=log)
    more.check()
    evaluations.records.update(more.records)
    return evaluations


def _told(report: EvaluationReport) -> dict[str, Any]:
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
        # A share is told as such: per cent are the page's.
        "units": {one.name: one.unit.replace("%", "") for one in MEASURES},
        "hours": asdict(report.hours) if report.hours else None,
        "unused": dict(report.unused),
        "corpus": _row_told(report.corpus),
        "checkpoints": [_row_told(row) for row in report.rows],
        "closest": pairs,
        "baseline_s": dict(report.baseline_s),
        "threshold_s": report.threshold_s,
    }


def _row_told(row: Row) -> dict[str, Any]:
    told = {field.name: getattr(row, field.name) for field in fields(row)}
    return told | {"measures": dict(row.measures), "shots": [shot.audio for shot in row.shots]}
