"""Dependents of a corpus: what asks for it in all pieces of a project."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from approx_build.errors import ApproxError, ScoreError
from approx_build.files.readlog import ReadLog
from approx_build.plan.catalog import Catalog
from approx_build.plan.recorded import Recorded
from approx_build.plan.uses import Use, uses
from approx_build.score.load import Score, read_piece
from approx_build.score.reference_checks import check_references


@dataclass(frozen=True)
class Dependents:
    """The uses of a corpus by piece (its path), and the pieces that have faults of their own."""

    uses: dict[str, list[Use]]
    unread: list[str]

    def every(self) -> Iterator[Use]:
        """The uses in all pieces."""
        for each in self.uses.values():
            yield from each


def dependents_of(catalog: Catalog, corpus: str) -> Dependents:
    """The uses of `corpus` in the pieces of its project, whatever its consent says."""
    found: dict[str, list[Use]] = {}
    unread = []
    pieces = catalog.root / "pieces"
    # A log of its own: a change in another piece must not make this one out of date.
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
    reading = read_piece(path, catalog.root, recordings=Recorded(catalog))
    faults = [*reading.faults, *check_references(reading)]
    if faults or reading.score is None:
        raise ScoreError(faults)
    return reading.score
