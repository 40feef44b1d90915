"""Permission: nothing of a corpus is trained on or heard without a consent that allows it."""

from __future__ import annotations

from collections.abc import Iterator

from approx_build.errors import ConsentError, Location
from approx_build.plan.catalog import Catalog
from approx_build.score.load import Score
from approx_build.score.origin import SourceKind
from approx_build.score.takes import Take

Use = tuple[str, str | None, Location]
"""A corpus, the model that learns from it if that is the use, and where the score asks."""


def check_permission(score: Score, catalog: Catalog) -> None:
    """ConsentError at the first place of the score that uses what nobody agreed to."""
    checked = set()
    for corpus, model, where in uses(score, catalog):
        if (corpus, model) in checked:
            continue
        checked.add((corpus, model))
        try:
            catalog.consent(corpus, model, score.slug)
        except ConsentError as error:
            raise ConsentError(error.message, where) from error


def uses(score: Score, catalog: Catalog) -> Iterator[Use]:
    """Every use of a corpus that the score makes, in the order of its files."""
    for name, take in score.piece.takes.items():
        yield from _of_take(take, catalog, score.locate(None, ("takes", name)))
    for movement in score.movements:
        for name, take in movement.model.takes.items():
            yield from _of_take(take, catalog, movement.locate(("takes", name)))
        for part_name, part in movement.model.parts.items():
            for index, event in enumerate(part.events):
                for number, ref in enumerate(event.sources):
                    if ref.kind is SourceKind.RECORDING:
                        loc = movement.source_loc(part_name, index, number)
                        yield ref.name.partition("/")[0], None, movement.locate(loc)


def _of_take(take: Take, catalog: Catalog, where: Location) -> Iterator[Use]:
    yield catalog.model(take.model).corpus, take.model, where
    if take.prime is not None and take.prime.recording is not None:
        yield take.prime.recording.partition("/")[0], None, where
