"""`evaluate`: the page by which a composer decides when a network is done."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from approx_build.cli.building import build_targets
from approx_build.cli.options import Options
from approx_build.cli.outcome import near
from approx_build.cli.places import named_from
from approx_build.cli.session import takes_environment
from approx_build.cli.train import named_model
from approx_build.store.delivery import check_folder, write

if TYPE_CHECKING:
    from pathlib import Path

    from approx_build.cli.reporting.evaluation import Evaluations
    from approx_build.report.evaluation import EvaluationReport
    from approx_build.store.store import Store


@dataclass(frozen=True)
class EvaluationAsked:
    """What was asked for on the command line."""

    model: str
    takes: int
    length_s: float
    json: bool


def evaluate(asked: EvaluationAsked, options: Options) -> None:
    """Build what is missing, write the page and its sounds, and say what they say."""
    from approx_build.plan.catalog import Catalog
    from approx_build.plan.evaluation import lower_evaluation
    from approx_build.plan.graph import Graph
    from approx_build.plan.networks import Networks
    from approx_build.report.evaluation_page import evaluation_page
    from approx_build.report.judgement import sentences
    from approx_build.store.store import Store

    name, root = named_model(asked.model)
    catalog = Catalog(root, date.today())
    networks = Networks(Graph(), catalog, dict(takes_environment(options.device)))
    folder = options.out or options.out_at(root) / "models" / name
    with named_from(root):
        catalog.consent(catalog.model(name).corpus, name)
        lowered = lower_evaluation(networks, name, asked.takes, asked.length_s)
        check_folder(folder)
        store = Store(options.store_at(root))
        evaluations = _built(lowered, store, root, options)
        report = evaluations.report()
        for path, digest in evaluations.files().items():
            store.objects.materialise(digest, folder / path)
        write(folder / "index.html", evaluation_page(report).encode())
    if asked.json:
        print(json.dumps(_told(report), indent=1, sort_keys=True))
        return
    print("".join(f"{sentence}\n" for sentence in sentences(report)), end="")
    print(near(folder / "index.html"))


def _built(lowered: Any, store: Store, root: Path, options: Options) -> Evaluations:
    """Evaluate; then, since only that tells which they are, cut the nearest passages."""
    from approx_build.cli.reporting.evaluation import Evaluations

    built = build_targets(lowered.networks.graph, lowered.targets(), store, root, options)
    built.check()
    evaluations = Evaluations(lowered, dict(built.records), store.objects)
    targets = evaluations.add_pairs()
    if targets:
        more = build_targets(lowered.networks.graph, targets, store, root, options)
        more.check()
        evaluations.records.update(more.records)
    return evaluations


def _told(report: EvaluationReport) -> dict[str, Any]:
    """The report without its pictures, as plain values."""
    rows = [(row, asdict(row)) for row in (report.corpus, *report.rows)]
    plain = [fields | {"shots": [shot.audio for shot in row.shots]} for row, fields in rows]
    pairs = [
        asdict(pair) | {"take": pair.take.audio, "recording": pair.recording.title}
        for pair in report.pairs
    ]
    return {
        "model": report.model,
        "corpus": plain[0],
        "checkpoints": plain[1:],
        "closest": pairs,
        "baseline_s": dict(report.baseline_s),
        "threshold_s": report.threshold_s,
    }
