"""`corpus add`: recordings copied into a corpus as they are, and a consent record to fill in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import file_digest
from pathlib import Path

from approx_build.audio import foreign, wav
from approx_build.corpus.consent import FILE_NAME
from approx_build.corpus.duplicates import duplicates
from approx_build.corpus.recordings import (
    SUFFIXES,
    check_recording,
    is_recording,
    mixing,
    recording_files,
)
from approx_build.errors import AudioError, UsageError
from approx_build.files.json_text import encoded
from approx_build.files.names import alike, normal
from approx_build.files.opening import open_regular
from approx_build.plan.consent_records import CORPORA
from approx_build.project.corpus.corpus import NAME, Corpus
from approx_build.project.corpus.duplicates import described, known
from approx_build.store.delivery import check_folder, deliver, write
from approx_build.yaml_source.fields import is_recording as is_named

RECORD = """\
# Who agreed to what. The corpus stays unusable until a person has filled in every field.
consent: 1
corpus: {corpus}
sound:        # in plain words: recorded from whom, and where
performers:{performers}
agreed:       # what was agreed, in plain words
agreed_on:    # the day, as 2024-05-19
licence:      # of the recordings, as CC-BY-NC-4.0
scope: {{ models: [], pieces: [] }} # the names agreed to; null: any
valid_until: a day, or null # the last one; null: without end
contact:      # whom to ask, and where to withdraw
"""
NO_PERFORMERS = "   # - {{ name: A. Cellist, plays: cello }}; [] when nobody played"


@dataclass(frozen=True)
class Addition:
    """What became of recordings that were to be added to a corpus."""

    corpus: str
    folder: str
    """The folder of the corpus, from the project's."""
    added: tuple[Path, ...]
    length_s: float
    refused: Mapping[Path, str]
    """Why files could not be added; nothing is, if there are any, unless they are skipped."""
    remarks: tuple[str, ...]
    record: str
    """What the consent record says, or what a person has to write into it."""


def add(
    root: Path,
    name: str,
    files: Sequence[Path],
    performers: Mapping[str, str],
    skip_bad: bool,
    today: date,
) -> Addition:
    """Add the files, all or none unless `skip_bad`; `performers` are instruments by name."""
    corpus = _new_or_there(root, name, today)
    reasons = _reasons(corpus, files)
    folder = f"{CORPORA}/{corpus.name}"
    # A file may be named twice; the order stays as it was given.
    good = tuple(path for path in dict.fromkeys(files) if path not in reasons)
    # Before anything is copied, so that nothing is added when one file is refused.
    if not good or (reasons and not skip_bad):
        return Addition(corpus.name, folder, (), 0.0, reasons, (), "")
    check_folder(corpus.folder)
    # Before the copies are in the folder, or each new file would be a duplicate of itself.
    remarks = (*_remarks_on(corpus, good), *_alike(corpus, good))
    for path in good:
        _copy(path, corpus.folder / _name(path))
    length_s = sum(found.length / found.rate for found in map(wav.info, good))
    record = _record(corpus, {normal(name): normal(plays) for name, plays in performers.items()})
    return Addition(corpus.name, folder, good, length_s, reasons, remarks, record)


def _new_or_there(root: Path, name: str, today: date) -> Corpus:
    corpus = Corpus.at(root, name, today)
    if not NAME.fullmatch(corpus.name):
        raise UsageError(
            f"{corpus.name!r} cannot be a corpus's name; use a-z, 0-9 and '-', as in cello-2024"
        )
    if not any((corpus.root / folder).is_dir() for folder in ("models", "pieces")):
        raise UsageError("this folder is no project: it has neither models/ nor pieces/")
    return corpus


def _reasons(corpus: Corpus, files: Sequence[Path]) -> dict[Path, str]:
    """Why files cannot be added, for those that cannot."""
    there = corpus.folder.iterdir() if corpus.folder.is_dir() else ()
    taken = {
        alike(path.stem): f"{CORPORA}/{corpus.name}/{path.name}"
        for path in sorted(there)
        if is_recording(path.name)
    }
    found = {}
    for path in dict.fromkeys(files):
        stem = alike(path.stem)
        if reason := _reason(path, taken.get(stem, "")):
            found[path] = reason
        else:
            # Two of the given files may have the same name.
            taken[stem] = str(path)
    return found


def _reason(path: Path, of_its_name: str) -> str:
    if not path.exists():
        return "there is no such file"
    if path.is_dir():
        return "is a folder; name the files in it"
    if path.suffix.lower() in foreign.SUFFIXES:
        return f"cannot be read; convert it: {foreign.command(path)}"
    if path.suffix.lower() not in SUFFIXES:
        return f"does not have the suffix of a recording: {', '.join(sorted(SUFFIXES))}"
    if not is_recording(path.name):
        return "has the name of a file that a system or an editor puts beside others; rename it"
    if of_its_name:
        return f"has the name of {of_its_name}; rename one"
    try:
        check_recording(path)
    except AudioError as error:
        return error.message.removeprefix(f"{path}: ")
    return ""


def _remarks_on(corpus: Corpus, files: Sequence[Path]) -> list[str]:
    """What a composer should know of files that can be used all the same."""
    lines = []
    for path in files:
        channels = wav.info(path).channels
        if channels > 2:
            lines.append(
                f"{path}: {mixing(channels)} when a network uses it; "
                "scores play recordings of one or two channels only"
            )
        if not is_named(f"{corpus.name}/{Path(_name(path)).stem}"):
            lines.append(
                f"{path}: networks learn from it, but a score cannot name it; it has letters that "
                "cannot be written there"
            )
    return lines


def _alike(corpus: Corpus, files: Sequence[Path]) -> list[str]:
    """Warnings of files that are in the corpus already, or twice among the new."""
    there = recording_files(corpus.folder) if _has_recordings(corpus) else {}
    old = known({path.name: path for path in there.values()})
    new = known({str(path): path for path in files})
    return [f"warning: {described(one)}" for one in duplicates({**old, **new}, new.keys())]


def _has_recordings(corpus: Corpus) -> bool:
    return corpus.folder.is_dir() and not corpus.catalog.problem(corpus.name)


def _copy(source: Path, dest: Path) -> None:
    with open_regular(source) as file:
        digest = file_digest(file, "sha256").hexdigest()
    written, is_whole = deliver(source, digest, dest)
    # Other bytes were not checked, and a file that is there already appeared after the check of
    # names.
    if not (written and is_whole):
        raise AudioError(f"{source}: changed while it was copied; add it again")


def _name(path: Path) -> str:
    return normal(path.name)


def _record(corpus: Corpus, performers: dict[str, str]) -> str:
    """Start the consent record of a new corpus; says what a person has to do now."""
    path = corpus.catalog.consent_path(corpus.name)
    if (corpus.folder / FILE_NAME).exists():
        is_valid, says = corpus.consent()
        if not is_valid:
            return f"{path}: {says}; the corpus stays unusable until this is corrected"
        add_them = " and add the performers" if performers else ""
        covers = "it now covers the new recordings too: change it if it should not"
        return f"{path}: {says}; {covers}{add_them}"
    # A name with a colon or a comma would otherwise change the YAML around it.
    quoted = [
        [json.dumps(word, ensure_ascii=False) for word in each] for each in performers.items()
    ]
    listed = "".join(f"\n  - {{ name: {name}, plays: {plays} }}" for name, plays in quoted)
    text = RECORD.format(corpus=corpus.name, performers=listed or NO_PERFORMERS.format())
    write(corpus.folder / FILE_NAME, encoded(text))
    return (
        f"{path} is new and empty: until a person has filled it in with what was "
        "agreed, nothing is trained on this corpus and nothing of it is rendered"
    )
