"""`corpus withdraw`: lists what must be rebuilt without recordings, and withdraws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from approx_build.corpus.consent import FILE_NAME, Consent
from approx_build.corpus.recordings import recording_files
from approx_build.corpus.withdrawal import withdrawn_text
from approx_build.errors import UsageError, argument
from approx_build.files.names import normal
from approx_build.project.corpus.consequences import Consequences, consequences
from approx_build.project.corpus.corpus import Corpus
from approx_build.project.paths import named_from
from approx_build.project.settings import Settings
from approx_build.store.delivery import write
from approx_build.yaml_source import choices, read_source


@dataclass(frozen=True)
class WithdrawOptions:
    """What to withdraw: recordings by name, or those of a performer; by default all."""

    recordings: Sequence[str] = ()
    performer: str | None = None
    on: date | None = None
    """The first day without them; by default today."""
    apply: bool = False
    """Whether it is written into the consent record."""


@dataclass(frozen=True)
class Withdrawal:
    """What a withdrawal touches, and what there is to do once it is written."""

    found: Consequences
    is_applied: bool
    record: str
    """The path of the consent record, from the project's folder."""
    is_later: bool
    """Whether its first day is still to come."""

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {**asdict(self.found), "is_applied": self.is_applied}

    def next_steps(self) -> list[str]:
        """What a person has to do after it."""
        found = self.found
        steps = [f"use something else at {place}" for one in found.pieces for place in one.refused]
        # Without any recording there is nothing left to train on.
        if found.recordings is not None:
            steps += [f"approx-build train {one.model}" for one in found.models]
        return [*steps, *(f"approx-build render {one.path}" for one in found.pieces)]


def withdraw(root: Path, name: str, settings: Settings, options: WithdrawOptions) -> Withdrawal:
    """What a withdrawal touches; written into the consent record where that is asked for."""
    corpus = Corpus.there(root, name, settings.today)
    shown = corpus.catalog.consent_path(corpus.name)
    with named_from(corpus.root):
        record = corpus.catalog.record(corpus.name)
        names = _chosen(corpus, record, options.recordings, options.performer)
        day = options.on or corpus.catalog.today
        found = consequences(corpus, names, day, settings.store_at(corpus.root))
        if options.apply:
            source = read_source(corpus.folder / FILE_NAME, shown)
            write(corpus.folder / FILE_NAME, withdrawn_text(source, names, day).encode())
    return Withdrawal(found, options.apply, shown, day > corpus.catalog.today)


def _chosen(
    corpus: Corpus, record: Consent, written: Sequence[str], performer: str | None
) -> list[str] | None:
    """The recordings named, without their corpus; None for the whole corpus."""
    known = sorted(recording_files(corpus.folder))
    if performer is not None:
        return _of_performer(record, known, normal(performer))
    if not written:
        return None
    names = [normal(name).removeprefix(f"{corpus.name}/") for name in written]
    for name in names:
        # What was withdrawn and then removed may be withdrawn for an earlier day.
        if name not in known and name not in record.withdrawn:
            hint = choices(name, known)
            raise UsageError(f"corpus {corpus.name!r} has no recording {name!r}{hint}")
    return sorted(set(names))


def _of_performer(record: Consent, known: list[str], performer: str) -> list[str]:
    named = [one for one in record.performers if one.name == performer]
    if not named:
        hint = choices(performer, [one.name for one in record.performers])
        raise UsageError(
            f"{argument('performer', performer)}: the consent record names no such performer{hint}"
        )
    names = [name for name in known if any(one.plays_in(name) for one in named)]
    if not names:
        raise UsageError(
            f"{argument('performer', performer)}: the corpus has no recording of this performer"
        )
    return names
