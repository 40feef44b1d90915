"""The catalogue of a project: its declared models, its corpora, and who consented to what."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from approx_build.corpus.consent import FILE_NAME, Consent, read_consent
from approx_build.corpus.prepared import chosen
from approx_build.corpus.recordings import Recording, corpus_digest, list_recordings
from approx_build.errors import ApproxError, AudioError, ConsentError, ModelError
from approx_build.files.readlog import ReadLog
from approx_build.training.checkpoint import read_about
from approx_build.training.ledger.record import RECORD_NAME, TrainingRecord, read_record
from approx_build.training.model import ModelSpec, load_model
from approx_build.training.parent import parent_path
from approx_build.yaml_source import load_source

CORPORA = "models/corpora"


class Catalog:
    """Models and recordings under `root`, each read once and only when asked for.

    `today` decides which consents are valid; what is read goes into `log`.
    """

    def __init__(self, root: Path, today: date, log: ReadLog | None = None) -> None:
        self.root, self.today, self.log = root, today, log or ReadLog()
        self._models: dict[str, ModelSpec] = {}
        self._corpora: dict[str, list[Recording]] = {}
        self._consents: dict[str, Consent] = {}
        self._withdrawals: dict[str, dict[str, date]] = {}
        self._lengths_s: dict[str, float | None] = {}

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
        listed = (corpus for corpus in self.corpus_names if not self.problem(corpus))
        return [recording.name for corpus in listed for recording in self.corpus(corpus)]

    def problem(self, corpus: str) -> str:
        """Why the recordings of `corpus` cannot be listed; empty when they are, or it is none."""
        if corpus in self.corpus_names:
            try:
                self.corpus(corpus)
            except AudioError as error:
                return error.message
        return ""

    def recording_path(self, name: str) -> str:
        """The file of recording corpus/name, relative to the root."""
        corpus = name.partition("/")[0]
        for recording in self.corpus(corpus):
            if recording.name == name:
                return self.relative(recording.path)
        raise AudioError(f"there is no recording {name!r}")

    def recording_at(self, path: str) -> str | None:
        """The corpus/name of the file at `path` (relative to the root) in a corpus' folder."""
        folders, _, file = path.rpartition("/")
        home, _, corpus = folders.rpartition("/")
        if home != CORPORA or corpus not in self.corpus_names:
            return None
        return f"{corpus}/{file.rpartition('.')[0] or file}"

    def recording_length_s(self, name: str) -> float | None:
        """How long a recording lasts; None when it cannot be read, which using it will say."""
        from approx_build.audio import wav

        if name not in self._lengths_s:
            self._lengths_s[name] = None
            with suppress(AudioError):
                path = self.root / self.recording_path(name)
                with self.log.watching(path):
                    found = wav.info(path)
                self._lengths_s[name] = found.length / found.rate
        return self._lengths_s[name]

    def recordings_of(self, model: str) -> list[Recording]:
        """The recordings that a model learns from; ModelError when it excludes unknown ones."""
        spec = self.model(model)
        return chosen(self.corpus(spec.corpus), spec.preparation, model)

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
            shown = self.model_path(model)
            source = load_source(self.root / shown, shown, self.log)
            where = source.locate(("training", "parent"))
            raise ModelError(
                f"training.parent: {path} is missing; restore it, or take `parent` out of the "
                "model to train from new weights",
                where,
            )
        return path

    def manifest(self, model: str) -> dict[str, Any]:
        """What fixes the weights of a model, with the recordings it learns from."""
        return self.model(model).manifest(corpus_digest(self.recordings_of(model)))

    def corpus_path(self, corpus: str) -> str:
        """The folder of a corpus, relative to the root."""
        return f"{CORPORA}/{corpus}"

    def consent_path(self, corpus: str) -> str:
        """The consent record of a corpus, relative to the root."""
        return f"{self.corpus_path(corpus)}/{FILE_NAME}"

    def shipped_path(self, model: str) -> str:
        """The folder of a model's shipped checkpoints, relative to the root."""
        return f"models/checkpoints/{model}"

    def model(self, name: str) -> ModelSpec:
        """A declared model; ModelError when its file declares another name."""
        if name not in self._models:
            shown = self.model_path(name)
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
            self._corpora[name] = list_recordings(folder, self._withdrawn(name), self.log)
        return self._corpora[name]

    def withdrawal(self, recording: str) -> date | None:
        """The day from which corpus/name may not be used, when that has come."""
        corpus, _, name = recording.partition("/")
        return self._withdrawn(corpus).get(name) if corpus in self.corpus_names else None

    def _withdrawn(self, corpus: str) -> dict[str, date]:
        if corpus not in self._withdrawals:
            # A record that cannot be read refuses the corpus as a whole, where it is used.
            with suppress(ApproxError):
                self._withdrawals[corpus] = self.record(corpus).withdrawn_by(self.today)
        return self._withdrawals.setdefault(corpus, {})

    def record(self, corpus: str) -> Consent:
        """The consent record of a corpus, whatever it allows."""
        if corpus not in self._consents:
            self._consents[corpus] = read_consent(self.root / self.corpus_path(corpus), self.log)
        return self._consents[corpus]

    def consent(self, corpus: str, model: str | None = None, piece: str | None = None) -> Consent:
        """The consent of a corpus; ConsentError when it does not allow this use today."""
        consent = self.record(corpus)
        consent.allow(Path(self.consent_path(corpus)), self.today, model, piece)
        if model is not None:
            self._check_lineage(model, piece)
        return consent

    def _check_lineage(self, model: str, piece: str | None) -> None:
        """ConsentError when what the parent of a model learnt from may not be used today.

        Nobody can take a recording out of weights, so where some were withdrawn since, the
        parent must have learnt from the others alone.
        """
        path = self.parent_path(model)
        if path is None:
            return
        with self.log.watching(self.root / path):
            about = read_about(self.root / path)
        corpus, learnt = about["corpus"], about["manifest"]["corpus_digest"]
        record = self.record(corpus)
        record.allow(Path(self.consent_path(corpus)), self.today, model, piece)
        withdrawn = sorted(record.withdrawn_by(self.today))
        used = chosen(self.corpus(corpus), self.model(model).preparation, model)
        if withdrawn and learnt not in (corpus_digest(self.corpus(corpus)), corpus_digest(used)):
            raise ConsentError(
                f"{path}: the run was trained on corpus {corpus!r} before consent to "
                f"{', '.join(withdrawn)} was withdrawn; take `parent` out of "
                f"{self.model_path(model)} to train from new weights"
            )

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

    def valid_until(self) -> str:
        """The last day on which every consent that was read says the same; empty: without end."""
        ends = [one.holds_until(self.today) for one in self._consents.values()]
        last = min((end for end in ends if end), default=None)
        return last.isoformat() if last else ""

    def relative(self, path: Path) -> str:
        """A path of the project relative to its root, with slashes."""
        return path.relative_to(self.root).as_posix()
