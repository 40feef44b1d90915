"""The catalogue of a project: its declared models, its corpora, and who consented to what."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date
from functools import cached_property
from math import inf
from pathlib import Path
from typing import Any

from approx_build.corpus.consent import Consent
from approx_build.corpus.prepared import chosen
from approx_build.corpus.recordings import Recording, corpus_digest, list_recordings
from approx_build.errors import AudioError, ConsentError, Fault, ModelError
from approx_build.files.names import aliases, normal, on_disk
from approx_build.files.patterns import matching
from approx_build.files.readlog import ReadLog
from approx_build.plan.consent_records import CORPORA, ConsentRecords, consent_path
from approx_build.plan.sound_files import SoundFiles
from approx_build.training.checkpoint import read_metadata
from approx_build.training.ledger.record import RECORD_NAME, TrainingRecord, read_record
from approx_build.training.model import ModelSpec, load_model
from approx_build.training.parent import parent_path
from approx_build.yaml_source import Source, load_source


class Catalog:
    """Models and recordings under `root`, each read once and only when asked for.

    `today` decides which consents are valid; what is read goes into `log`.
    """

    def __init__(self, root: Path, today: date, log: ReadLog | None = None) -> None:
        self.root, self.today, self.log = root, today, log or ReadLog()
        self._models: dict[str, ModelSpec] = {}
        self._corpora: dict[str, list[Recording]] = {}
        self.consents = ConsentRecords(root, today, self.log)
        self._refusals: dict[tuple[str | None, ...], tuple[Fault, ...]] = {}
        self.sounds = SoundFiles(root, self.log)
        self._recordings_at: dict[str, str | None] = {}
        self._named: dict[str, list[str]] = {}

    @cached_property
    def model_names(self) -> list[str]:
        """The declared models, by name."""
        names = self.log.files_in(self.root / "models")
        return sorted(Path(name).stem for name in names if name.endswith(".yaml"))

    @cached_property
    def corpus_names(self) -> list[str]:
        """The corpora, by name."""
        return sorted(self.log.folders_in(self.root / CORPORA))

    def models(self) -> list[str]:
        """The declared models, by name."""
        return self.model_names

    def steps(self, model: str) -> set[int]:
        """The steps whose weights a model keeps."""
        return set(self.model(model).kept_steps)

    def recordings(self) -> list[str]:
        """The recordings of all corpora that can be listed, as corpus/name."""
        return list(self._every_recording)

    @cached_property
    def _every_recording(self) -> dict[str, Recording]:
        listed = (corpus for corpus in self.corpus_names if not self.problem(corpus))
        return {one.name: one for corpus in listed for one in self.corpus(corpus)}

    def named(self, pattern: str) -> list[str]:
        """The recordings, as corpus/name, that match a name or a pattern."""
        if pattern not in self._named:
            self._named[pattern] = matching(pattern, self._every_recording)
        return self._named[pattern]

    def problem(self, corpus: str) -> str:
        """Why the recordings of `corpus` cannot be listed; empty if they can."""
        if corpus in self.corpus_names:
            try:
                self.corpus(corpus)
            except AudioError as error:
                return error.message
        return ""

    def recording_path(self, name: str) -> str:
        """The file of recording corpus/name, relative to the root."""
        if (recording := self._every_recording.get(name)) is None:
            self.corpus(name.partition("/")[0])  # says why it cannot be listed
            raise AudioError(f"there is no recording {name!r}")
        return self.relative(recording.path)

    def recording_at(self, path: str) -> str | None:
        """The corpus/name of the file at `path` (relative to the root) in a corpus' folder.

        However it is reached: through links, or by another case where the disk knows none.
        """
        if path not in self._recordings_at:
            self._recordings_at[path] = self._recording_at(Path(on_disk(self.root / path)))
        return self._recordings_at[path]

    def _recording_at(self, path: Path) -> str | None:
        real = Path(os.path.realpath(path))
        for folder in real.parents:
            if (corpus := self._corpus_folders.get(_identity(folder))) is not None:
                return f"{corpus}/{normal(real.relative_to(folder).with_suffix('').as_posix())}"
        return None

    @cached_property
    def _corpus_folders(self) -> dict[tuple[int, int] | None, str]:
        every = {_identity(self.root / CORPORA / name): name for name in self.corpus_names}
        return {identity: name for identity, name in every.items() if identity}

    def recording_length_s(self, name: str) -> float | None:
        """How long a recording lasts; None when it cannot be read, which using it will say."""
        with suppress(AudioError):
            return self.sounds.length_s(self.recording_path(name))
        return None

    def recordings_of(self, model: str) -> list[Recording]:
        """The recordings that a model learns from; ModelError when it excludes unknown ones."""
        return self._chosen(self.model(model).corpus, model)

    def _chosen(self, corpus: str, model: str) -> list[Recording]:
        how, gone = self.model(model).preparation, self.consents.withdrawn(corpus).keys()
        try:
            return chosen(self.corpus(corpus), how, model, gone)
        except ModelError as error:
            where = self._model_source(model).locate(("preparation", "exclude"), key=True)
            raise ModelError(error.message, where) from None

    def model_path(self, name: str) -> str:
        """The YAML that declares a model, relative to the root."""
        return f"models/{name}.yaml"

    def parent_path(self, model: str) -> str | None:
        """The file of a model's parent, relative to the root; None when it begins from nothing.

        ModelError at its line when the file is not there.
        """
        parent = self.model(model).training.parent
        if parent is None:
            return None
        path = parent_path(parent)
        if not (self.root / path).is_file():
            raise ModelError(
                f"training.parent: {path} is missing; restore it, or take `parent` out of the "
                "model to train from new weights",
                self._model_source(model).locate(("training", "parent")),
            )
        return path

    def _model_source(self, model: str) -> Source:
        shown = self.model_path(model)
        return load_source(self.root / shown, shown, self.log)

    def manifest(self, model: str) -> dict[str, Any]:
        """What fixes the weights of a model, with the recordings it learns from."""
        return self.model(model).manifest(corpus_digest(self.recordings_of(model)))

    def corpus_path(self, corpus: str) -> str:
        """The folder of a corpus, relative to the root."""
        return f"{CORPORA}/{corpus}"

    def consent_path(self, corpus: str) -> str:
        """The consent record of a corpus, relative to the root."""
        return consent_path(corpus)

    def shipped_path(self, model: str) -> str:
        """The folder of a model's shipped checkpoints, relative to the root."""
        return f"models/checkpoints/{model}"

    def model(self, name: str) -> ModelSpec:
        """A declared model; ModelError when its file declares another name."""
        if name not in self._models:
            shown = self.model_path(name)
            if twin := _twin(name, self.model_names):
                message = f"{shown} and {self.model_path(twin)} differ in case alone; rename one"
                raise ModelError(message)
            with self.log.watching(self.root / shown):
                spec = load_model(self.root / shown, shown, self.corpus_names)
            if spec.model != name:
                raise ModelError(f"{shown}: declares model {spec.model!r}; it must be {name!r}")
            self._models[name] = spec
        return self._models[name]

    def corpus(self, name: str) -> list[Recording]:
        """The recordings of a corpus that were not withdrawn."""
        if name not in self._corpora:
            folder = self.root / self.corpus_path(name)
            if twin := _twin(name, self.corpus_names):
                raise AudioError(f"{folder}: differs from {twin} in case alone; rename one")
            self._corpora[name] = list_recordings(folder, self.consents.withdrawn(name), self.log)
        return self._corpora[name]

    def withdrawal(self, recording: str) -> date | None:
        """The day from which corpus/name may not be used, when that has come."""
        corpus, _, name = recording.partition("/")
        return self.consents.withdrawn(corpus).get(name) if corpus in self.corpus_names else None

    def record(self, corpus: str) -> Consent:
        """The consent record of a corpus, whatever it allows; errors as of `read_record`."""
        return self.consents.record(corpus).consent

    def consent(self, corpus: str, model: str | None = None, piece: str | None = None) -> Consent:
        """The consent of a corpus; ConsentError when it does not allow this use today."""
        if refused := self.refusals(corpus, model, piece):
            raise ConsentError(refused)
        return self.record(corpus)

    def refusals(
        self,
        corpus: str,
        model: str | None = None,
        piece: str | None = None,
        recording: str | None = None,
    ) -> tuple[Fault, ...]:
        """Why a use is not allowed today, each at its clause; `recording` is corpus/name.

        Without a recording the model learns from the corpus, so that its parent is asked for too.
        """
        asked = (corpus, model, piece, recording)
        if asked not in self._refusals:
            found = self.consents.refusals(*asked)
            if not found and model is not None and recording is None:
                found = self._refused_lineage(model, piece)
            self._refusals[asked] = tuple(found)
        return self._refusals[asked]

    def _refused_lineage(self, model: str, piece: str | None) -> list[Fault]:
        """Why recordings of a parent model may not be used today.

        Nobody can take a recording out of weights, so where some were withdrawn since, the
        parent must be trained on the others alone.
        """
        path = self.parent_path(model)
        if path is None:
            return []
        with self.log.watching(self.root / path, most=inf):
            about = read_metadata(self.root / path)
        corpus, learnt = about["corpus"], about["manifest"]["corpus_digest"]
        if found := self.consents.refusals(corpus, model, piece):
            return found
        record = self.consents.record(corpus)
        withdrawn = sorted(record.consent.withdrawn_by(self.today))
        if not withdrawn or learnt == corpus_digest(self.corpus(corpus)):
            return []
        # Exclusions are of the model's own corpus.
        if corpus == self.model(model).corpus and learnt == self.manifest(model)["corpus_digest"]:
            return []
        where = record.source.locate(("withdrawn", withdrawn[0]), key=True)
        message = (
            f"{path}: the run was trained on corpus {corpus!r} before consent to "
            f"{', '.join(withdrawn)} was withdrawn; take `parent` out of "
            f"{self.model_path(model)} to train from new weights"
        )
        return [record.source.show(Fault(where, message))]

    def shipped_run(self, model: str, manifest: Mapping[str, Any]) -> TrainingRecord | None:
        """The run shipped with a model, where it is of the training that `manifest` describes."""
        folder = self.root / self.shipped_path(model)
        if RECORD_NAME not in self.log.files_in(folder):
            return None
        with self.log.watching(folder / RECORD_NAME):
            record = read_record(folder)
        return record if record is not None and record.is_of(manifest) else None

    def shipped_files(self, model: str, run: TrainingRecord) -> list[str]:
        """The record of a shipped run and those of its checkpoints that are there, as paths."""
        folder = self.shipped_path(model)
        there = self.log.files_in(self.root / folder)
        names = (RECORD_NAME, *(stored.file for stored in run.checkpoints))
        return [f"{folder}/{name}" for name in names if name in there]

    def relative(self, path: Path) -> str:
        """A path of the project relative to its root, with slashes, in NFC."""
        return normal(path.relative_to(self.root).as_posix())


def _twin(name: str, names: Iterable[str]) -> str | None:
    """Another of `names` that differs from `name` in case alone."""
    pairs = (pair for pair in aliases(names) if name in pair)
    return next((other for pair in pairs for other in pair if other != name), None)


def _identity(folder: Path) -> tuple[int, int] | None:
    """What a folder is on its disk, by whatever path it is reached; None where there is none."""
    with suppress(OSError):
        state = folder.stat()
        return state.st_dev, state.st_ino
    return None
