"""The prepared sound of a model's recordings, built where it is not there yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from approx_build.project.build import build_targets
from approx_build.project.settings import Options

if TYPE_CHECKING:
    from approx_build.corpus.prepared import Material
    from approx_build.plan.takes import Networks
    from approx_build.store.store import Store


def prepared_material(networks: Networks, model: str, store: Store, options: Options) -> Material:
    """What the model learns from; AudioError naming every recording that is no sound."""
    from approx_build.corpus.prepared import gathered

    catalog, prepared = networks.catalog, networks.material(model)
    graph, log = networks.graph, catalog.log
    built = build_targets(graph, prepared.values(), store, catalog.root, options, log=log)
    built.check()
    spec = catalog.model(model)
    made = [
        (recording, store.objects.path(built.records[prepared[recording.name]].digest))
        for recording in catalog.heard_by(model)
    ]
    network, how = spec.network, spec.preparation
    return gathered(spec.corpus, made, network.rate, network.channels, how, how.exclude)
