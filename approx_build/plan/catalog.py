"""The catalogue of a project: its declared models, its corpora, and who consented to what."""

from __future__ import annotations

from datetime import date
from functools import cache, cached_property
from pathlib import Path

from approx_build.corpus.consent import Consent, load_consent
from approx_build.corpus.recordings import Recording, corpus_digest, list_recordings
from approx_build.errors import AudioError, ModelError
from approx_build.training.model import ModelSpec, load_model
from approx_build.training.record import TrainingRecord, read_record


class Catalog:
    """Models and recordings under `root`, each read once and only when asked for.

    `today` decides which consents are valid.
    """

    def __init__(self, root: Path, today: date) -> None:
        self.root, self.today = root, today
        self.model = cache(self._model)
        self.corpus = cache(self._corpus)
        self.consent = cache(self._consent)
        self.shipped = cache(self._shipped)

    @cached_property
    def model_names(self) -> list[str]:
        """The declared models, by name."""
        return sorted(path.stem for path in (self.root / "models").glob("*.yaml"))

    @cached_property
    def corpus_names(self) -> list[str]:
        """The corpora, by name."""
        folder = self.root / "models" / "corpora"
        return sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []

    def models(self) -> list[str]:
        """The declared models, by name."""
        return self.model_names

    def steps(self, model: str) -> set[int]:
        """The steps whose weights a model keeps."""
        return set(self.model(model).kept_steps)

    def recordings(self) -> list[str]:
        """The recordings of all corpora that can be listed, as corpus/name."""
        names = []
        for corpus in self.corpus_names:
            try:
                names += [recording.name for recording in self.corpus(corpus)]
            except AudioError:
                continue
        return names

    def recording_path(self, name: str) -> str:
        """The file of recording corpus/name, relative to the root."""
        corpus = name.partition("/")[0]
        for recording in self.corpus(corpus):
            if recording.name == name:
                return self.relative(recording.path)
        raise AudioError(f"there is no recording {name!r}")

    def recording_length_s(self, name: str) -> float | None:
        """How long a recording lasts; None when it cannot be read, which using it will say."""
        from approx_build.audio import wav

        try:
            found = wav.info(self.root / self.recording_path(name))
        except AudioError:
            return None
        return found.length / found.rate

    def corpus_files(self, corpus: str) -> list[str]:
        """The files of a corpus, relative to the root, by name."""
        return [self.relative(recording.path) for recording in self.corpus(corpus)]

    def corpus_digest(self, corpus: str) -> str:
        """The digest of the recordings of a corpus."""
        return corpus_digest(self.corpus(corpus))

    def model_path(self, name: str) -> str:
        """The YAML that declares a model, relative to the root."""
        return f"models/{name}.yaml"

    def corpus_path(self, corpus: str) -> str:
        """The folder of a corpus, relative to the root."""
        return f"models/corpora/{corpus}"

    def shipped_path(self, model: str) -> str:
        """The folder of a model's shipped checkpoints, relative to the root."""
        return f"models/checkpoints/{model}"

    def relative(self, path: Path) -> str:
        """A path of the project relative to its root, with slashes."""
        return path.relative_to(self.root).as_posix()

    def _model(self, name: str) -> ModelSpec:
        path = self.root / self.model_path(name)
        spec = load_model(path, self.model_path(name))
        if spec.model != name:
            raise ModelError(f"{path}: declares model {spec.model!r}; it must be {name!r}, as its file")
        return spec

    def _corpus(self, name: str) -> list[Recording]:
        return list_recordings(self.root / self.corpus_path(name))

    def _consent(self, corpus: str, model: str | None, piece: str | None) -> Consent:
        return load_consent(self.root / self.corpus_path(corpus), self.today, model, piece)

    def _shipped(self, model: str) -> TrainingRecord | None:
        return read_record(self.root / self.shipped_path(model))
