"""Needs: what the pieces, locks and models of the projects that use a store need in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from approx_build.errors import ApproxError, StoreError
from approx_build.execution.inputs import Inputs
from approx_build.files.readlog import ReadLog
from approx_build.plan.catalog import Catalog
from approx_build.plan.check import check_without_consent
from approx_build.plan.evaluation import lower_evaluation
from approx_build.plan.graph import Graph
from approx_build.plan.lower import lower
from approx_build.plan.takes import Networks
from approx_build.store import lock as locks
from approx_build.store.census import Census
from approx_build.store.index import TRAIN, Index
from approx_build.store.lock import Lock, Pin
from approx_build.store.memo import Memo
from approx_build.store.watch import Watch
from approx_build.training.ledger.record import manifest_digest
from approx_build.upkeep.cached import Cached, cached
from approx_build.upkeep.projects import Project

TAKES, LENGTH_S = 4, 3.0
"""The takes that `evaluate` generates from each checkpoint by default."""


@dataclass(frozen=True)
class PieceNeeds:
    """A piece: what the store contains for its current score, and the pins of its lock.

    `published` are targets by path under the renders folder. `problem` is the reason why the piece
    cannot be read, `lock_problem` that of its lock.
    """

    name: str
    project: Path
    score: Path
    pins: Mapping[str, Pin]
    cached: Cached = field(default_factory=Cached)
    published: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    lock_problem: str = ""

    @property
    def keys(self) -> set[str]:
        """The keys of all records that it needs."""
        return {*self.cached.keys.values(), *(pin.key for pin in self.pins.values())}

    @property
    def digests(self) -> set[str]:
        """The objects that must stay, whatever made them."""
        return {*self.cached.needed, *(pin.digest for pin in self.pins.values())}


@dataclass(frozen=True)
class ModelNeeds:
    """A declared model: the digest of its training's manifest, and what the store has of it."""

    name: str
    project: Path
    manifest: str = ""
    cached: Cached = field(default_factory=Cached)
    problem: str = ""


@dataclass(frozen=True)
class AllNeeds:
    """Everything that the projects of a store need, by piece and model."""

    pieces: Sequence[PieceNeeds]
    models: Sequence[ModelNeeds]

    @property
    def declared(self) -> set[str]:
        """The digests of the manifests of all declared models."""
        return {model.manifest for model in self.models if model.manifest}

    def keys(self, index: Index) -> set[str]:
        """The keys of everything that is needed.

        If a model cannot be read, its training is unknown, so all trainings are needed.
        """
        keys = {key for piece in self.pieces for key in piece.keys}
        keys.update(key for model in self.models for key in model.cached.keys.values())
        # A typing error in a model must not cost a training of days.
        every, declared = any(model.problem for model in self.models), self.declared
        keys.update(
            key
            for key, entry in index.entries.items()
            if entry.kind == TRAIN and (every or entry.declaration in declared)
        )
        return keys

    def digests(self) -> set[str]:
        """The objects that must stay, whatever made them."""
        pieces = (digest for piece in self.pieces for digest in piece.digests)
        return {*pieces, *(digest for model in self.models for digest in model.cached.needed)}

    @property
    def problems(self) -> dict[str, str]:
        """The first fault of each piece and model that cannot be read."""
        found = [(piece.name, piece.problem) for piece in self.pieces]
        found += [(model.name, model.problem) for model in self.models]
        return {name: problem.splitlines()[0] for name, problem in found if problem}


def gathered(
    projects: Sequence[Project],
    here: Path | None,
    index: Index,
    census: Census,
    memo: Memo,
    watch: Watch,
    today: date,
) -> AllNeeds:
    """The needs of all projects `today`; projects other than `here` appear with full paths."""
    watch.begin("reading pieces", sum(len(project.scores()) for project in projects))
    pieces: list[PieceNeeds] = []
    models: list[ModelNeeds] = []
    for project in projects:
        catalog = Catalog(project.root, today, ReadLog(memo.look))
        reader = _Reader(project, project.root == here, catalog, index, census)
        for score in project.scores():
            pieces.append(reader.piece(score))
            watch.step()
        models += [reader.model(name) for name in catalog.model_names]
        # A lock without its score is kept, too: the score may be on another branch.
        scores = {piece.score.with_suffix(".lock") for piece in pieces}
        pieces += [reader.lock_alone(path) for path in project.locks() if path not in scores]
    memo.save()
    watch.end()
    return AllNeeds(pieces, models)


@dataclass(frozen=True)
class _Reader:
    """Reads the pieces and models of one project."""

    project: Project
    is_here: bool
    catalog: Catalog
    index: Index
    census: Census

    def piece(self, score: Path) -> PieceNeeds:
        lock, lock_problem = _lock(score.with_suffix(".lock"))
        # Takes generated on CUDA have other keys; the lock has the environment of the last render.
        environments = [{}, lock.environment] if lock.environment else [{}]
        name, root, pins = self._name(score), self.project.root, lock.pins()
        keys: dict[str, str] = {}
        needed: set[str] = set()
        published: Mapping[str, str] = {}
        for environment in environments:
            try:
                # Nothing is built from it, so consents do not matter.
                lowered = lower(check_without_consent(score, self.catalog), environment)
            except ApproxError as error:
                return PieceNeeds(
                    name, root, score, pins, problem=str(error), lock_problem=lock_problem
                )
            found = self._cached(lowered.graph)
            keys |= found.keys
            needed |= found.needed
            published = lowered.published
        done = Cached(keys, frozenset(needed))
        return PieceNeeds(name, root, score, pins, done, published, lock_problem=lock_problem)

    def lock_alone(self, path: Path) -> PieceNeeds:
        """The lock of a piece whose score is missing."""
        lock, problem = _lock(path)
        name, score = self._name(path), path.with_suffix(".yaml")
        return PieceNeeds(name, self.project.root, score, lock.pins(), lock_problem=problem)

    def model(self, name: str) -> ModelNeeds:
        root, shown = self.project.root, self._name(self.project.root / "models" / f"{name}.yaml")
        try:
            digest = manifest_digest(self.catalog.manifest(name))
            # Nothing is built from it, so consents do not matter.
            networks = Networks(Graph(is_permitted=False), self.catalog)
            lower_evaluation(networks, name, TAKES, LENGTH_S)
        except ApproxError as error:
            return ModelNeeds(shown, root, problem=str(error))
        return ModelNeeds(shown, root, digest, self._cached(networks.graph))

    def _cached(self, graph: Graph) -> Cached:
        inputs = Inputs(graph, self.project.root, self.catalog.log)
        return cached(graph, inputs, self.index, self.census.objects)

    def _name(self, path: Path) -> str:
        return self.project.shown(path) if self.is_here else str(path)


def _lock(path: Path) -> tuple[Lock, str]:
    """The lock at `path`, empty if there is none; and why it cannot be read."""
    try:
        return locks.read(path) or Lock(""), ""
    except StoreError as error:
        return Lock(""), error.message
