"""`corpus add`: recordings copied into a corpus as they are, and a consent record to fill in."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Sequence
from hashlib import file_digest
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from approx_build.audio import foreign, wav
from approx_build.cli.exit_codes import Exit
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
from approx_build.files.opening import open_regular
from approx_build.plan.catalog import CORPORA
from approx_build.project.corpus.corpus import NAME, Shelf
from approx_build.project.corpus.duplicates import known, told
from approx_build.score.fields import Recording
from approx_build.store.delivery import check_folder, deliver, write
from approx_build.units import clock, counted

RECORD = """\
# Who agreed to what. Nothing of this corpus is used before a person has filled in every field.
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


def add(
    written: str, files: Sequence[Path], performers: list[str], plays: list[str], skip_bad: bool
) -> None:
    """Add the files, all or none unless `skip_bad`; says what is odd about them."""
    shelf = _new_or_there(written)
    if len(performers) != len(plays):
        raise UsageError("--performer NAME and --plays INSTRUMENT come in pairs")
    reasons = _reasons(shelf, files)
    for path, reason in reasons.items():
        print(f"{path}: {'skipped: ' if skip_bad else ''}{reason}", file=sys.stderr)
    good = [path for path in dict.fromkeys(files) if path not in reasons]
    if not good or (reasons and not skip_bad):
        hint = "; mend these files, or leave them out with --skip-bad" if good else ""
        print(f"nothing was added to {CORPORA}/{shelf.name}{hint}", file=sys.stderr)
        sys.exit(Exit.FAILED)
    check_folder(shelf.folder)
    for line in [*_oddities(shelf, good), *_alike(shelf, good)]:
        print(line)
    for path in good:
        _copy(path, shelf.folder / _name(path))
    length_s = sum(found.length / found.rate for found in map(wav.info, good))
    count = counted(len(good), "recording")
    print(f"added {count}, {clock(length_s, 1)} in all, to {CORPORA}/{shelf.name}")
    print(_record(shelf, dict(zip(performers, plays, strict=True))))


def _new_or_there(written: str) -> Shelf:
    shelf = Shelf.at(written)
    if not NAME.fullmatch(shelf.name):
        raise UsageError(
            f"{shelf.name!r} cannot be a corpus's name; use a-z, 0-9 and '-', as in cello-2024"
        )
    if not any((shelf.root / folder).is_dir() for folder in ("models", "pieces")):
        raise UsageError("this folder is no project: it has neither models/ nor pieces/")
    return shelf


def _reasons(shelf: Shelf, files: Sequence[Path]) -> dict[Path, str]:
    """Why files cannot be added, for those that cannot."""
    # Names that differ in their case alone are one name on many disks.
    there = shelf.folder.iterdir() if shelf.folder.is_dir() else ()
    taken = {
        path.stem.casefold(): f"{CORPORA}/{shelf.name}/{path.name}"
        for path in sorted(there)
        if is_recording(path.name)
    }
    found = {}
    for path in dict.fromkeys(files):
        stem = Path(_name(path)).stem.casefold()
        if reason := _reason(path, taken.get(stem, "")):
            found[path] = reason
        else:
            taken[stem] = str(path)
    return found


def _reason(path: Path, of_its_name: str) -> str:
    if not path.exists():
        return "there is no such file"
    if path.is_dir():
        return "is a folder; name the files in it"
    if path.suffix.lower() in foreign.SUFFIXES:
        return f"cannot be read; convert it: {foreign.command(path)}"
    if not is_recording(path.name):
        return f"is no recording by its name, which should end in {', '.join(sorted(SUFFIXES))}"
    if of_its_name:
        return f"has the name of {of_its_name}; rename one"
    try:
        check_recording(path)
    except AudioError as error:
        return error.message.removeprefix(f"{path}: ")
    return ""


def _oddities(shelf: Shelf, files: Sequence[Path]) -> list[str]:
    """What a composer should know of files that can be used all the same."""
    lines = []
    for path in files:
        channels = wav.info(path).channels
        if channels > 2:
            lines.append(
                f"{path}: {mixing(channels)} when a network hears it; "
                "scores play recordings of one or two channels only"
            )
        try:
            TypeAdapter(Recording).validate_python(f"{shelf.name}/{Path(_name(path)).stem}")
        except ValidationError:
            lines.append(
                f"{path}: networks learn from it, but a score cannot name it; it has letters that "
                "cannot be written there"
            )
    return lines


def _alike(shelf: Shelf, files: Sequence[Path]) -> list[str]:
    """Warnings of files that are in the corpus already, or twice among the new."""
    there = recording_files(shelf.folder) if _has_recordings(shelf) else {}
    old = known({path.name: path for path in there.values()})
    new = known({str(path): path for path in files})
    return [f"warning: {told(one)}" for one in duplicates({**old, **new}, new.keys())]


def _has_recordings(shelf: Shelf) -> bool:
    return shelf.folder.is_dir() and not shelf.catalog.problem(shelf.name)


def _copy(source: Path, dest: Path) -> None:
    with open_regular(source) as file:
        digest = file_digest(file, "sha256").hexdigest()
    written, is_whole = deliver(source, digest, dest)
    if not (written and is_whole):
        raise AudioError(f"{source}: changed while it was copied; add it again")


def _name(path: Path) -> str:
    # One spelling of accented letters, whatever disk the file comes from.
    return unicodedata.normalize("NFC", path.name)


def _record(shelf: Shelf, performers: dict[str, str]) -> str:
    """Start the consent record of a new corpus; says what a person has to do now."""
    path = shelf.catalog.consent_path(shelf.name)
    if (shelf.folder / FILE_NAME).exists():
        is_valid, says = shelf.consent()
        if not is_valid:
            return f"{path}: {says}; nothing of the corpus is used before that is mended"
        add_them = " and add the performers" if performers else ""
        return f"{path}: {says}; it is taken to cover them: change it if it does not{add_them}"
    quoted = [
        [json.dumps(word, ensure_ascii=False) for word in each] for each in performers.items()
    ]
    listed = "".join(f"\n  - {{ name: {name}, plays: {plays} }}" for name, plays in quoted)
    text = RECORD.format(corpus=shelf.name, performers=listed or NO_PERFORMERS.format())
    write(shelf.folder / FILE_NAME, text.encode())
    return (
        f"{path} is new and says nothing yet: until a person has filled it in with what was "
        "agreed, nothing is trained on this corpus and nothing of it is rendered"
    )
