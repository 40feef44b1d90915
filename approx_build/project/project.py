"""A project and what can be done with it: every verb of approx-build as a method."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from approx_build.errors import ApproxError, UsageError
from approx_build.files import links
from approx_build.files.names import on_disk
from approx_build.project.allowed import allowed_folders
from approx_build.project.observer import Observer
from approx_build.project.paths import similar_piece
from approx_build.project.settings import Settings, config_file
from approx_build.score.paths import project_root

if TYPE_CHECKING:
    from approx_build.project.audition import DrawnTake, TakeOptions
    from approx_build.project.compose import ComposedPart
    from approx_build.project.corpus.add import Addition
    from approx_build.project.corpus.inspect import CorpusInspection
    from approx_build.project.corpus.listing import CorpusRow, FileList
    from approx_build.project.corpus.prepare import Preparation
    from approx_build.project.corpus.withdraw import Withdrawal, WithdrawOptions
    from approx_build.project.evaluate import EvaluateOptions, EvaluationResult
    from approx_build.project.explain import Explanation
    from approx_build.project.export import ExportOptions, ExportResult
    from approx_build.project.fix import Change
    from approx_build.project.init import NewPiece
    from approx_build.project.piece import Piece
    from approx_build.project.plan import Plan
    from approx_build.project.preview import PreviewOptions, PreviewResult
    from approx_build.project.render import RenderOptions, RenderResult
    from approx_build.project.runs import Runs
    from approx_build.project.store.verbs import ProjectStore
    from approx_build.project.train import TrainingResult, TrainOptions
    from approx_build.project.training_estimate import TrainingEstimate
    from approx_build.project.verify import Verification


@dataclass(frozen=True)
class Project:
    """A folder with pieces, models and corpora.

    Every verb returns data and raises ApproxError; what happens on the way goes to `observer`.
    A piece is named by its path, or by its name in `pieces/`.
    """

    root: Path
    settings: Settings = field(default_factory=Settings.of)

    def __post_init__(self) -> None:
        # Before any file of the project is opened: without fences, links are not checked.
        root, settings = self.root, self.settings
        links.confine_links(root, settings.store_at(root), settings.out_at(root))
        links.allow(allowed_folders(config_file()))

    @classmethod
    def open(cls, path: str | Path = ".", settings: Settings | None = None) -> Project:
        """The project that `path` is or is in: the nearest folder with a folder `models`."""
        given = Path(path).absolute()
        # `project_root` begins above the path that it gets.
        root = project_root(given / "any" if given.is_dir() else given)
        return cls(root, settings or Settings.of())

    def piece(self, piece: str | Path) -> Piece:
        """A piece, checked and lowered; ScoreError with every fault of every file."""
        from approx_build.project.piece import Piece

        return Piece.open(self._path(piece), self.settings)

    def check(self, piece: str | Path) -> Piece:
        """Check all of a piece and of its graph; ScoreError with every fault of every file."""
        from approx_build.project.render import RenderOptions, chosen
        from approx_build.project.trainings import check_trainings

        found = self.piece(piece)
        found.lowered.graph.check()
        _, targets = chosen(found, RenderOptions())
        store = self.settings.store_at(found.root)
        check_trainings(found.lowered.graph, targets, store, found.root, found.log)
        return found

    def fix(self, piece: str | Path) -> tuple[Change, ...]:
        """Correct what is certain in the scores of a piece; the corrections that were made."""
        from approx_build.project.fix import fix

        return fix(self._path(piece), self.settings)

    def plan(
        self,
        piece: str | Path,
        movements: Sequence[str] = (),
        preview: PreviewOptions | None = None,
    ) -> Plan:
        """What a render or a preview would do, why, and what it takes; builds nothing."""
        from approx_build.project.plan import plan

        return plan(self._path(piece), self.settings, movements, preview)

    def render(
        self,
        piece: str | Path,
        options: RenderOptions | None = None,
        observer: Observer | None = None,
    ) -> RenderResult:
        """Bring a piece's movements, stems, pictures, page and lock up to date."""
        from approx_build.project.render import RenderOptions, render

        options = options or RenderOptions()
        return render(self._path(piece), self.settings, options, observer or Observer())

    def export(
        self,
        piece: str | Path,
        to: str | Path,
        purpose: str,
        options: ExportOptions | None = None,
        observer: Observer | None = None,
    ) -> ExportResult:
        """Make a folder for a concert or another purpose from a piece that is up to date."""
        from approx_build.project.export import ExportOptions, export

        options, seen = options or ExportOptions(), observer or Observer()
        return export(self._path(piece), Path(to), purpose, self.settings, options, seen)

    def preview(
        self,
        piece: str | Path,
        options: PreviewOptions | None = None,
        observer: Observer | None = None,
    ) -> PreviewResult:
        """Write the mix of a range or of some parts to a file of its own; nothing else changes."""
        from approx_build.project.preview import PreviewOptions, preview

        options = options or PreviewOptions()
        return preview(self._path(piece), self.settings, options, observer or Observer())

    def verify(
        self,
        piece: str | Path,
        movements: Sequence[str] = (),
        capped: bool = False,
        observer: Observer | None = None,
    ) -> Verification:
        """Rebuild a piece from nothing in a fresh process, and compare it with its lock."""
        from approx_build.project.verify import verify

        observer = observer or Observer()
        return verify(self._path(piece), self.settings, movements, capped, observer)

    def why(self, piece: str | Path, target: str) -> Explanation:
        """Which fields of a target's manifest differ from its last build."""
        from approx_build.project.explain import why

        return why(self._path(piece), target, self.settings)

    def compose(self, piece: str | Path, part: str, movements: Sequence[str] = ()) -> ComposedPart:
        """The events that the generators of a part write, and how they came to them."""
        from approx_build.project.compose import compose

        return compose(self._path(piece), part, self.settings, movements)

    def train(
        self, model: str, options: TrainOptions | None = None, observer: Observer | None = None
    ) -> TrainingResult:
        """Train a model, or continue its interrupted training."""
        from approx_build.project.train import TrainOptions, train

        options = options or TrainOptions()
        return train(self.root, model, self.settings, options, observer or Observer())

    def train_plan(self, model: str, observer: Observer | None = None) -> TrainingEstimate:
        """What a training will take, by a few steps of it; keeps nothing."""
        from approx_build.project.training_estimate import train_plan

        return train_plan(self.root, model, self.settings, observer or Observer())

    def evaluate(
        self, model: str, options: EvaluateOptions | None = None, observer: Observer | None = None
    ) -> EvaluationResult:
        """Compare the takes of a model's checkpoints with its corpus, on one page."""
        from approx_build.project.evaluate import EvaluateOptions, evaluate

        options = options or EvaluateOptions()
        return evaluate(self.root, model, self.settings, options, observer or Observer())

    def take(
        self, model: str, options: TakeOptions | None = None, observer: Observer | None = None
    ) -> tuple[DrawnTake, ...]:
        """Draw takes of a model outside any score."""
        from approx_build.project.audition import TakeOptions, take

        options = options or TakeOptions()
        return take(self.root, model, self.settings, options, observer or Observer())

    def init(self, name: str) -> NewPiece:
        """Start a piece: a score with one movement that renders as it is."""
        from approx_build.project.init import init

        return init(name, self.root)

    @property
    def corpora(self) -> Corpora:
        """The recordings of the project, by corpus."""
        return Corpora(self.root, self.settings)

    @property
    def runs(self) -> Runs:
        """The ledger of training runs."""
        from approx_build.project.runs import Runs

        return Runs(self.root, self.settings)

    @property
    def store(self) -> ProjectStore:
        """The store, to be checked, measured and cleaned."""
        from approx_build.project.store.verbs import ProjectStore

        return ProjectStore(self.root, self.settings)

    def _path(self, piece: str | Path) -> Path:
        """A piece's path as given, where it is one, else in the project."""
        given = Path(piece)
        named = Path(on_disk(self.root / "pieces" / f"{piece}.yaml"))
        # A name has no suffix; a file of that name in the working folder does not hide the piece.
        path = given if given.suffix or not named.is_file() else named
        path = Path(on_disk(path))
        if not path.exists() and (self.root / path).exists():
            path = self.root / path
        if not path.exists() or path.is_dir():
            words = "is a folder; name a file" if path.is_dir() else "there is no such file"
            raise ApproxError(f"{piece}: {words}{similar_piece(self.root, path.stem)}")
        # Fences, store and settings belong to this project.
        if not os.path.samefile(project_root(path), self.root):
            raise UsageError(f"{piece}: belongs to another project, {project_root(path)}")
        return path


@dataclass(frozen=True)
class Corpora:
    """The corpora of the project at `root`."""

    root: Path
    settings: Settings

    def add(
        self,
        corpus: str,
        files: Sequence[Path],
        performers: Mapping[str, str] | None = None,
        skip_bad: bool = False,
    ) -> Addition:
        """Copy recordings into a corpus; `performers` are instruments by name."""
        from approx_build.project.corpus.add import add

        today = self.settings.today
        return add(self.root, corpus, files, performers or {}, skip_bad, today)

    def list(self) -> tuple[CorpusRow, ...]:
        """Every corpus with its consent, and the models that learn from it."""
        from approx_build.project.corpus.listing import list_corpora

        return list_corpora(self.root, self.settings.today)

    def files(self, corpus: str) -> FileList:
        """Every file of a corpus: used, or why not."""
        from approx_build.project.corpus.listing import list_files

        return list_files(self.root, corpus, self.settings.today)

    def inspect(self, corpus: str) -> CorpusInspection:
        """Measure every recording, find duplicates, and draw sheets of spectrograms."""
        from approx_build.project.corpus.inspect import inspect

        return inspect(self.root, corpus, self.settings.today, self.settings.out)

    def prepare(
        self, corpus: str, model: str | None = None, observer: Observer | None = None
    ) -> dict[str, Preparation]:
        """Prepare recordings for the models that learn from them, or for one; by model."""
        from approx_build.project.corpus.prepare import prepare

        return prepare(self.root, corpus, model, self.settings, observer or Observer())

    def withdraw(self, corpus: str, options: WithdrawOptions | None = None) -> Withdrawal:
        """List what must be rebuilt without these recordings; withdraw them if asked."""
        from approx_build.project.corpus.withdraw import WithdrawOptions, withdraw

        return withdraw(self.root, corpus, self.settings, options or WithdrawOptions())
