"""Consent: who agreed to the use of a corpus, for what, and until when.

`consent.yaml` is in the folder of the recordings. Without it, or if it does not allow a use on the
day of the use, nothing is trained on the corpus and nothing of it is rendered. A consent that was
withdrawn for some recordings remains valid for the others.

Off the path of a sample: it decides what may be used, and changes no sound.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from approx_build.errors import ConsentError
from approx_build.files.opening import MIB, RECORD_BYTES
from approx_build.files.patterns import matches
from approx_build.files.readlog import ReadLog
from approx_build.yaml_source import load_source, validate

FILE_NAME = "consent.yaml"


def _words(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    return text


Text = Annotated[str, AfterValidator(_words)]


class Strict(BaseModel):
    """Frozen; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Performer(Strict):
    """A performer, the instrument, and the recordings."""

    name: Text
    plays: Text
    contact: Text | None = Field(None, description="how to reach the performer, if agreed")
    recordings: tuple[Text, ...] | None = Field(
        None,
        max_length=10_000,
        description="names of recordings, `*` and `?` match several; null: all of them",
    )

    def plays_in(self, recording: str) -> bool:
        """Whether the performer plays in the recording of this name (without its corpus)."""
        return self.recordings is None or any(matches(recording, p) for p in self.recordings)


class Source(Strict):
    """The source of sound that nobody performed for this corpus."""

    name: Text
    made_by: Text
    licence: Text
    notice: Text = Field(description="file beside the recordings that must stay with them")


class Scope(Strict):
    """What was agreed to; null means any."""

    models: tuple[str, ...] | None = Field(
        max_length=10_000, description="models that may learn from the corpus"
    )
    pieces: tuple[str, ...] | None = Field(max_length=10_000, description="pieces that may use it")


class Consent(Strict):
    """The consent record of a corpus."""

    consent: Literal[1] = Field(description="version of this record's grammar")
    corpus: Text
    sound: Text = Field(description="in plain words: recorded from whom, or rendered from what")
    performers: tuple[Performer, ...] = Field(
        (), max_length=10_000, description="none when nobody played"
    )
    sources: tuple[Source, ...] = Field(
        (), max_length=10_000, description="recordings by others that it is made of"
    )
    agreed: Text = Field(description="what was agreed, in plain words")
    agreed_on: date
    licence: Text = Field(description="SPDX expression for the recordings")
    scope: Scope
    valid_until: date | None = Field(description="last day; null: without end")
    contact: Text = Field(description="whom to ask, and where to withdraw")
    withdrawn_on: date | None = Field(
        None, description="day from which nothing of the corpus may be used; null: it may"
    )
    withdrawn: Mapping[str, date] = Field(
        {}, description="recordings by name that were withdrawn, each with its day"
    )

    def allow(self, path: Path, today: date, model: str | None, piece: str | None) -> None:
        """ConsentError when the record at `path` does not allow the use today."""
        if self.withdrawn_on is not None and today >= self.withdrawn_on:
            raise ConsentError(f"{path}: consent was withdrawn on {self.withdrawn_on}")
        if today < self.agreed_on:
            raise ConsentError(f"{path}: consent begins on {self.agreed_on}; today is {today}")
        if self.valid_until is not None and today > self.valid_until:
            raise ConsentError(
                f"{path}: consent ended on {self.valid_until}; ask {self.contact} to renew it"
            )
        for noun, name, allowed in (
            ("model", model, self.scope.models),
            ("piece", piece, self.scope.pieces),
        ):
            if name is not None and allowed is not None and name not in allowed:
                named = ", ".join(allowed) or f"no {noun}"
                raise ConsentError(f"{path}: not agreed for {noun} {name!r}; agreed for: {named}")

    def withdrawn_by(self, today: date) -> dict[str, date]:
        """The withdrawn recordings, by name without the corpus, that may not be used `today`."""
        return {name: day for name, day in self.withdrawn.items() if today >= day}

    def holds_until(self, today: date) -> date | None:
        """The last day on which the record has the same effect as `today`; None: without end."""
        ends = [self.agreed_on, *self.withdrawn.values()]
        ends += [self.withdrawn_on] if self.withdrawn_on else []
        days = [day - timedelta(1) for day in ends] + [self.valid_until or date.max]
        later = [day for day in days if today <= day < date.max]
        return min(later, default=None)

    def performers_of(self, recording: str) -> list[Performer]:
        """Who plays in the recording of this name (without its corpus)."""
        return [one for one in self.performers if one.plays_in(recording)]


def load_consent(
    folder: Path, today: date, model: str | None = None, piece: str | None = None
) -> Consent:
    """The consent of the corpus in `folder`, valid `today` for `model` and `piece` if given.

    ConsentError when the record or a notice is missing or does not allow the use, naming the file;
    ScoreError with every fault of the record.
    """
    consent = read_consent(folder)
    consent.allow(folder / FILE_NAME, today, model, piece)
    return consent


def read_consent(folder: Path, log: ReadLog | None = None) -> Consent:
    """The consent record of the corpus in `folder`, whatever it allows; errors as above."""
    path, log = folder / FILE_NAME, log or ReadLog()
    if not path.is_file():
        raise ConsentError(f"{path}: missing; without it corpus {folder.name!r} cannot be used")
    consent = validate(Consent, load_source(path, str(path), log))
    faults = []
    if consent.corpus != folder.name:
        faults.append(f"{path}: is of corpus {consent.corpus!r}, not {folder.name!r}")
    faults += [
        fault for one in consent.sources if (fault := _notice(folder, folder / one.notice, log))
    ]
    if faults:
        raise ConsentError("\n".join(faults))
    return consent


def _notice(folder: Path, path: Path, log: ReadLog) -> str:
    """What is wrong with a notice; logs that it was read."""
    if ".." in path.parts or not path.is_relative_to(folder):
        return f"{folder / FILE_NAME}: notice {path}: must be a file beside the recordings"
    try:
        if path.stat().st_size > RECORD_BYTES:
            return f"{path}: is larger than {RECORD_BYTES // MIB} MiB; a notice is a text"
        log.reading(path)
    except FileNotFoundError:
        return f"{path}: missing; it must travel with the sound"
    except OSError as error:
        return f"{path}: cannot be read ({error.strerror})"
    return ""
