"""Consent: who agreed to the use of a corpus, for what, and until when.

`consent.yaml` is in the folder of the recordings. Without it, or if it does not allow a use on the
day of the use, nothing is trained on the corpus and nothing of it is rendered. A consent that was
withdrawn for some recordings remains valid for the others.

Off the path of a sample: it decides what may be used, and changes no sound.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from approx_build.files.patterns import matches, matching
from approx_build.yaml_source import suggestion
from approx_build.yaml_source.node import Loc

FILE_NAME = "consent.yaml"


def _words(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    return text


Text = Annotated[str, AfterValidator(_words)]


class Strict(BaseModel):
    """Frozen; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Runner(Strict):
    """A runner, the instrument, and the recordings."""

    name: Text
    plays: Text
    contact: Text | None = Field(None, description="how to reach the runner, if agreed")
    recordings: tuple[Text, ...] | None = Field(
        None,
        max_length=10_000,
        description="names of recordings, `*` and `?` match several; null: all of them",
    )

    def plays_in(self, recording: str) -> bool:
        """Whether the runner plays in the recording with this name (without its corpus)."""
        return self.recordings is None or any(matches(recording, p) for p in self.recordings)


class Source(Strict):
    """The source of sound that nobody performed for this corpus."""

    name: Text
    made_by: Text
    licence: Text
    notice: Text = Field(description="file beside the recordings that must stay with them")


class Scope(Strict):
    """What was agreed to; null means no restriction."""

    models: tuple[str, ...] | None = Field(
        max_length=10_000, description="models that may learn from the corpus"
    )
    pieces: tuple[str, ...] | None = Field(max_length=10_000, description="pieces that may use it")


class Consent(Strict):
    """The consent record of a corpus."""

    consent: Literal[1] = Field(description="version of this record's grammar")
    corpus: Text
    sound: Text = Field(description="in plain words: recorded from whom, or rendered from what")
    performers: tuple[Runner, ...] = Field(
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
    removed: tuple[Text, ...] = Field(
        (), max_length=10_000, description="withdrawn recordings whose files were deleted since"
    )

    def objections(
        self, today: date, model: str | None = None, piece: str | None = None
    ) -> Iterator[tuple[Loc, str]]:
        """Why the record does not allow a use `today`, each with the clause that says so."""
        if self.withdrawn_on is not None and today >= self.withdrawn_on:
            yield ("withdrawn_on",), f"consent was withdrawn on {self.withdrawn_on}"
        elif today < self.agreed_on:
            yield ("agreed_on",), f"consent begins on {self.agreed_on}; today is {today}"
        elif self.valid_until is not None and today > self.valid_until:
            words = f"consent ended on {self.valid_until}; ask {self.contact} to renew it"
            yield ("valid_until",), words
        for noun, name, allowed in (
            ("model", model, self.scope.models),
            ("piece", piece, self.scope.pieces),
        ):
            if name is not None and allowed is not None and name not in allowed:
                yield (
                    ("scope", f"{noun}s"),
                    f"not agreed for {noun} {name!r}; agreed for: "
                    + (_listed(allowed) or f"no {noun}"),
                )

    def withdrawn_by(self, today: date) -> dict[str, date]:
        """The withdrawn recordings, by name without the corpus, that may not be used `today`."""
        return {name: day for name, day in self.withdrawn.items() if today >= day}

    def unchanged_until(self, today: date) -> date | None:
        """The last day on which the record has the same effect as `today`; None: without end."""
        ends = [self.agreed_on, *self.withdrawn.values()]
        ends += [self.withdrawn_on] if self.withdrawn_on else []
        # From these dates on the record has another effect: the day before is the last of the same.
        days = [day - timedelta(1) for day in ends if day > date.min] + [
            self.valid_until or date.max
        ]
        later = [day for day in days if today <= day < date.max]
        return min(later, default=None)

    def unused_rules(self, names: Collection[str]) -> Iterator[tuple[Loc, str]]:
        """Rules about recordings that fit none of those of these `names`, each with its clause.

        Such a rule is misspelt, and denies nothing of what it was meant to deny.
        """
        for name in self.withdrawn:
            if name not in names and name not in self.removed:
                hint = suggestion(name, names)
                words = f"there is no recording {name!r}{hint}; if its file was deleted, "
                yield ("withdrawn", name), f"{words}name it under 'removed' too"
        for index, name in enumerate(self.removed):
            if name in names:
                words = f"the file of recording {name!r} is still there; delete it, or this name"
                yield ("removed", index), words
            elif name not in self.withdrawn:
                words = f"recording {name!r} is not withdrawn; give its day under 'withdrawn'"
                yield ("removed", index), words
        # A pattern may fit only recordings whose files were deleted since.
        every = {*names, *self.removed}
        for number, runner in enumerate(self.performers):
            for index, pattern in enumerate(runner.recordings or ()):
                if not matching(pattern, every):
                    words = f"no recording matches {pattern!r}{suggestion(pattern, every)}"
                    yield ("performers", number, "recordings", index), words

    def performers_of(self, recording: str) -> list[Runner]:
        """Who plays in the recording with this name (without its corpus)."""
        return [one for one in self.performers if one.plays_in(recording)]


def _listed(names: Sequence[str], most: int = 12) -> str:
    more = ", …" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"
