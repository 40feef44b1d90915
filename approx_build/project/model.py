"""A declared model opened for a verb: consent asked, its corpus and store at hand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from approx_build.errors import UsageError
from approx_build.files.readlog import ReadLog
from approx_build.plan.catalog import Catalog
from approx_build.plan.graph import Graph
from approx_build.plan.takes import Networks
from approx_build.project.build import build_targets
from approx_build.project.observer import Observer
from approx_build.project.paths import named_from
from approx_build.project.piece import takes_environment
from approx_build.project.settings import Settings
from approx_build.store.store import Store
from approx_build.yaml_source import choices

if TYPE_CHECKING:
    from approx_build.corpus.prepared import Material
    from approx_build.execution.result import Built
    from approx_build.training.model import ModelSpec


@dataclass
class Model:
    """A model whose corpus may be used today, and where it is trained and drawn from."""

    name: str
    root: Path
    settings: Settings
    catalog: Catalog
    networks: Networks
    store: Store

    @classmethod
    def open(cls, root: Path, name: str, settings: Settings, draws: bool = False) -> Model:
        """The model of this name; ConsentError, with all that it stops, when consent is missing.

        Takes drawn from it have their numeric environment in their keys where `draws`.
        """
        files = map(Path, ReadLog().files_in(root / "models"))
        known = [one.stem for one in files if one.suffix == ".yaml"]
        if name not in known:
            hint = choices(name, known) or "; there are: none"
            raise UsageError(f"there is no model {name!r} in models/{hint}")
        catalog = Catalog(root, settings.today)
        with named_from(root):
            environment = takes_environment(settings.device) if draws else {}
            networks = Networks(Graph(), catalog, environment)
            # Before the store is opened: without consent, nothing is created or read.
            networks.permit(name)
            store = Store(settings.store_at(root))
        return cls(name, root, settings, catalog, networks, store)

    @property
    def spec(self) -> ModelSpec:
        """The model as it is declared."""
        return self.catalog.model(self.name)

    def build(self, targets: list[str], observer: Observer) -> Built:
        """Bring targets of its graph up to date; BuildError when one fails."""
        graph, log = self.networks.graph, self.catalog.log
        built = build_targets(
            graph, targets, self.store, self.root, self.settings, log=log, observer=observer
        )
        built.check()
        return built

    def material(self, observer: Observer) -> Material:
        """The sound that it learns from, prepared; AudioError naming every file that is none."""
        from approx_build.corpus.prepared import gathered

        prepared = self.networks.material(self.name)
        built = self.build(list(prepared.values()), observer)
        made = [
            (recording, self.store.objects.path(built.records[prepared[recording.name]].digest))
            for recording in self.catalog.recordings_of(self.name)
        ]
        spec = self.spec
        network, how = spec.network, spec.preparation
        return gathered(spec.corpus, made, network.rate, network.channels, how, how.exclude)
