"""Inventory: every file in the folder of a corpus, and why a file is not used.

Off the path of a sample: it lists files for people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from approx_build.audio import foreign, wav
from approx_build.corpus.consent import FILE_NAME, Consent
from approx_build.corpus.recordings import (
    SUFFIXES,
    check_recording,
    is_recording,
    named,
    recording_name,
)
from approx_build.errors import AudioError
from approx_build.files.leftovers import is_leftover
from approx_build.files.names import normal


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a corpus: `reason` is why it is not used; `length_s` is None if it is no sound."""

    path: Path
    is_recording: bool
    reason: str = ""
    length_s: float | None = None

    @property
    def name(self) -> str:
        """The name of the recording, without its corpus."""
        return recording_name(self.path)

    @property
    def is_used(self) -> bool:
        """Whether networks may train on it, as far as the file itself is concerned."""
        return self.is_recording and not self.reason


def inventory(folder: Path, consent: Consent | None, today: date) -> list[Entry]:
    """The files in `folder` by name, without leftovers of systems; reads recordings completely.

    `consent` is the record of the corpus, if it can be read.
    """
    # The disk may store a name in another Unicode form than the record.
    notices = {normal(one.notice) for one in consent.sources} if consent else set()
    withdrawn = consent.withdrawn_by(today) if consent else {}
    paths = [path for path in folder.iterdir() if not is_leftover(path.name)]
    paths.sort(key=lambda path: normal(path.name))
    clashes = named(filter(_is_recording, paths)).clashes
    return [_entry(path, notices, withdrawn, clashes) for path in paths]


def unnamed(consent: Consent, names: set[str]) -> Iterator[str]:
    """Warnings: recordings without a performer in the record."""
    if consent.performers:
        for name in sorted(names):
            if not consent.performers_of(name):
                yield f"performers: no performer is named for recording '{name}'"


def _entry(
    path: Path, notices: set[str], withdrawn: Mapping[str, date], clashes: Mapping[Path, str]
) -> Entry:
    if not _is_recording(path):
        return Entry(path, False, _what_else(path, notices))
    if path in clashes:
        return Entry(path, True, clashes[path])
    try:
        check_recording(path)
        found = wav.info(path)
    except AudioError as error:
        return Entry(path, True, error.message.removeprefix(f"{path}: "))
    day = withdrawn.get(recording_name(path))
    reason = f"withdrawn on {day}" if day else ""
    return Entry(path, True, reason, found.length / found.rate)


def _is_recording(path: Path) -> bool:
    return is_recording(path.name) and path.is_file()


def _what_else(path: Path, notices: set[str]) -> str:
    if path.name == FILE_NAME:
        return "the consent record"
    if normal(path.name) in notices:
        return "a notice that travels with the sound"
    if path.is_dir():
        return "a folder; recordings must be in the folder of the corpus itself"
    if not path.is_file():
        return "no regular file"
    if path.suffix.lower() in foreign.SUFFIXES:
        return f"no recording that can be read; convert it: {foreign.command(path.name)}"
    return f"no recording: its name ends in none of {', '.join(sorted(SUFFIXES))}"
