"""What `evaluate --so-far` does: the page of a training that is still going on."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from approx_build.cli.options import Options
from approx_build.cli.prepared import prepared_material
from approx_build.errors import ModelError

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
    from approx_build.training.evaluation import TrainingPage, run_so_far

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
