"""`corpus list`: every corpus with its consent, or every file of one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from approx_build.corpus.consent import Consent
from approx_build.corpus.inventory import Entry, inventory, unnamed
from approx_build.plan.catalog import Catalog
from approx_build.project.corpus.corpus import Corpus
from approx_build.project.paths import relative_to
from approx_build.yaml_source.fields import is_recording
from approx_build.yaml_source.tables import quoted


@dataclass(frozen=True)
class CorpusRow:
    """A corpus in a list: its size, whether it may be used, and who learns from it."""

    corpus: str
    recordings: int
    minutes: float
    is_valid: bool
    consent: str
    faults: list[str]
    """Every fault of the consent record."""
    models: list[str]
    problem: str


@dataclass(frozen=True)
class FileRow:
    """A file of a corpus: used, or why not."""

    file: str
    is_recording: bool
    is_used: bool
    reason: str
    length_s: float | None
    performers: list[str]
    write: str
    """What to write in a score to use it; empty where its name cannot be written there."""


@dataclass(frozen=True)
class FileList:
    """The files of a corpus, and remarks on its consent record."""

    corpus: str
    is_valid: bool
    consent: str
    faults: tuple[str, ...]
    files: tuple[FileRow, ...]
    remarks: tuple[str, ...]
    record: str
    """The path of the consent record, from the project's folder."""

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        plain = {name: value for name, value in asdict(self).items() if name != "record"}
        return {name: list(x) if isinstance(x, tuple) else x for name, x in plain.items()}


def list_corpora(root: Path, today: date) -> tuple[CorpusRow, ...]:
    """Every corpus of the project."""
    catalog = Catalog(root, today)
    return tuple(_row(Corpus(name, root, catalog)) for name in catalog.corpus_names)


def _row(corpus: Corpus) -> CorpusRow:
    catalog = corpus.catalog
    problem = relative_to(corpus.root, catalog.problem(corpus.name))
    recordings = [] if problem else catalog.corpus(corpus.name)
    # A file that cannot be read is reported elsewhere and has no length.
    lengths = [catalog.recording_length_s(one.name) or 0.0 for one in recordings]
    is_valid, consent = corpus.consent()
    return CorpusRow(
        corpus=corpus.name,
        recordings=len(recordings),
        minutes=round(sum(lengths) / 60, 3),
        is_valid=is_valid,
        consent=consent,
        faults=corpus.faults(),
        models=corpus.models(),
        problem=problem.removeprefix(f"{catalog.corpus_path(corpus.name)}: "),
    )


def list_files(root: Path, name: str, today: date) -> FileList:
    """Every file of a corpus."""
    corpus = Corpus.there(root, name, today)
    record = corpus.record()
    entries = inventory(corpus.folder, record, today)
    is_valid, consent = corpus.consent()
    rows = [
        FileRow(
            file=entry.path.name,
            is_recording=entry.is_recording,
            is_used=entry.is_used and is_valid,
            reason=entry.reason or ("" if is_valid else "no consent allows it"),
            length_s=entry.length_s and round(entry.length_s, 3),
            performers=_performers(entry, record),
            write=_written(f"{corpus.name}/{entry.name}") if entry.is_recording else "",
        )
        for entry in entries
    ]
    names = {entry.name for entry in entries if entry.is_recording}
    remarks = (*unnamed(record, names), *corpus.unused_scopes()) if record else ()
    shown = corpus.catalog.consent_path(name)
    faults = tuple(corpus.faults())
    return FileList(name, is_valid, consent, faults, tuple(rows), remarks, shown)


def _written(name: str) -> str:
    return quoted(name) if is_recording(name) else ""


def _performers(entry: Entry, record: Consent | None) -> list[str]:
    if record is None or not entry.is_recording:
        return []
    return [one.name for one in record.performers_of(entry.name)]
