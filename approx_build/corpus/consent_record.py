"""Consent records as files: each with its text, and with every fault and refusal at its clause.

Off the path of a sample: it decides what may be used, and changes no sound.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePath

from approx_build.corpus.consent import FILE_NAME, Consent
from approx_build.corpus.recordings import recording_files
from approx_build.errors import AudioError, ConsentError, Fault, Location
from approx_build.files.names import aliases, on_disk
from approx_build.files.opening import MIB, RECORD_BYTES
from approx_build.files.readlog import ReadLog
from approx_build.yaml_source import Source, load_source, validate
from approx_build.yaml_source.node import Loc


@dataclass(frozen=True)
class Record:
    """A consent record, its text, and its faults besides those of its grammar."""

    consent: Consent
    source: Source
    faults: tuple[Fault, ...]

    def refusals(
        self,
        today: date,
        model: str | None = None,
        piece: str | None = None,
        recording: str | None = None,
    ) -> list[Fault]:
        """The reasons why a use is not allowed `today`, each at its clause.

        `recording` is a name without the corpus.
        """
        found = [*self.faults]
        found += [_at(self.source, *one) for one in self.consent.objections(today, model, piece)]
        if recording is not None and (day := self.consent.withdrawn_by(today).get(recording)):
            words = f"consent to recording '{recording}' was withdrawn on {day}"
            found.append(_at(self.source, ("withdrawn", recording), words))
        return found


def load_consent(
    folder: Path, today: date, model: str | None = None, piece: str | None = None
) -> Consent:
    """The consent of the corpus in `folder`, valid `today` for `model` and `piece` if given.

    ConsentError when the record or a notice is missing, a rule fits nothing, or the use is not
    allowed; ScoreError with every fault of the grammar.
    """
    record = read_record(folder)
    if refused := record.refusals(today, model, piece):
        raise ConsentError(refused)
    return record.consent


def read_consent(folder: Path) -> Consent:
    """The consent record of the corpus in `folder`, valid or not; errors as above."""
    record = read_record(folder)
    if record.faults:
        raise ConsentError(record.faults)
    return record.consent


def read_record(folder: Path, shown: str | None = None, log: ReadLog | None = None) -> Record:
    """The consent record of the corpus in `folder`, with its faults; messages call it `shown`.

    ConsentError when it is missing; ScoreError with all faults of its grammar.
    """
    path, log = folder / FILE_NAME, log or ReadLog()
    shown = shown or str(path)
    if not path.is_file():
        message = f"missing; without it corpus {folder.name!r} cannot be used"
        raise ConsentError([Fault(Location(shown, 1, 1), message)])
    source = load_source(path, shown, log)
    consent = validate(Consent, source)
    return Record(consent, source, tuple(_faults(consent, source, folder, log)))


def _faults(consent: Consent, source: Source, folder: Path, log: ReadLog) -> Iterator[Fault]:
    """The faults of a record in relation to the recordings in `folder`."""
    if consent.corpus != folder.name:
        yield _at(source, ("corpus",), f"is of corpus {consent.corpus!r}, not {folder.name!r}")
    for index, one in enumerate(consent.sources):
        if words := _notice(folder, one.notice, log):
            yield _at(source, ("sources", index, "notice"), f"{one.notice}: {words}")
    for first, second in aliases(one.name for one in consent.performers):
        index = [one.name for one in consent.performers].index(second)
        words = f"performers {first!r} and {second!r} differ in case alone; write one name"
        yield _at(source, ("performers", index, "name"), words)
    with suppress(AudioError):  # if a corpus cannot be listed, it is refused for that reason
        names = recording_files(folder, log).keys()
        yield from (_at(source, *rule) for rule in consent.unused_rules(names))


def _at(source: Source, loc: Loc, words: str) -> Fault:
    """A fault at a clause, or at its key if the key is a name."""
    return source.show(Fault(source.locate(loc, key=loc[0] == "withdrawn"), words))


def _notice(folder: Path, name: str, log: ReadLog) -> str:
    """The fault of a notice, if any; logs that the notice was read."""
    # An absolute name would replace the folder in the joined path.
    if ".." in PurePath(name).parts or not (folder / name).is_relative_to(folder):
        return "must be a file beside the recordings"
    path = Path(on_disk(folder / name))
    try:
        if path.stat().st_size > RECORD_BYTES:
            return f"is larger than {RECORD_BYTES // MIB} MiB; a notice is a text"
        log.reading(path)
    except FileNotFoundError:
        return "missing; it must travel with the sound"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return ""
