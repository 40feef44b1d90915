"""Dependents of a corpus in all pieces of a project, and the refusal that names them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from approx_build.errors import ApproxError, ConsentError, Location, ScoreError
from approx_build.files.readlog import ReadLog
from approx_build.plan.catalog import Catalog
from approx_build.plan.consent import refusal, stopped
from approx_build.plan.uses import Use, uses
from approx_build.score.load import Score, read_piece
from approx_build.score.reference_checks import check_references


@dataclass(frozen=True)
class Dependents:
    """The uses of a corpus by piece (its path), and the pieces that have faults of their own."""

    uses: dict[str, list[Use]]
    unread: list[str]

    def named(self) -> list[Use]:
        """All uses, their takes and movements named with their piece."""
        return [
            replace(use, takes=_within(path, use.takes), movements=_within(path, use.movements))
            for path, every in self.uses.items()
            for use in every
        ]


def _within(piece: str, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{Path(piece).stem}/{name}" for name in names)


def dependents_of(catalog: Catalog, corpus: str) -> Dependents:
    """The uses of `corpus` in the pieces of its project, whatever its consent says."""
    found: dict[str, list[Use]] = {}
    unread = []
    pieces = catalog.root / "pieces"
    for name in ReadLog().files_in(pieces):
        path = pieces / name
        if path.suffix != ".yaml":
            continue
        shown = catalog.relative(path)
        try:
            every = list(uses(_whole(path, catalog), catalog))
        except ApproxError:
            unread.append(shown)
            continue
        if asked := [use for use in every if use.corpus == corpus]:
            found[shown] = asked
    return Dependents(found, unread)


def _whole(path: Path, catalog: Catalog) -> Score:
    """The score at `path`; ScoreError when its text has faults, so that uses could be missed."""
    reading = read_piece(path, catalog.root)
    faults = [*reading.faults, *check_references(reading)]
    if faults or reading.score is None:
        raise ScoreError(faults)
    return reading.score


def permit(catalog: Catalog, corpus: str, model: str | None = None) -> None:
    """ConsentError when a corpus may not be used today (by `model`), with all that this stops."""
    try:
        catalog.consent(corpus, model)
    except ConsentError as error:
        found = dependents_of(catalog, corpus)
        place = Location(catalog.model_path(model or ""), 1, 1)
        asked = [Use(corpus, place, model)]
        same = [use for use in found.named() if refusal(use, None, catalog) == error.message]
        unread = f"; not known of {', '.join(found.unread)}, which has faults"
        message = f"{error.message}; {stopped([*asked, *same])}"
        raise ConsentError(message + (unread if found.unread else "")) from error
