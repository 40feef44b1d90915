"""Permission: nothing of a corpus is trained on or heard without a consent that allows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from approx_build.errors import ConsentError, Fault, Location
from approx_build.plan.catalog import Catalog
from approx_build.score.load import Score
from approx_build.score.origin import SourceKind
from approx_build.score.takes import Take

Use = tuple[str, str | None, Location]
"""A corpus, the model that learns from it if that is the use, and where the score asks."""


def refusals(score: Score, catalog: Catalog) -> list[ConsentError]:
    """What the score uses and nobody agreed to, each at the first place that asks for it."""
    asked: set[tuple[str, str | None]] = set()
    found: dict[str, ConsentError] = {}
    for corpus, model, where in uses(score, catalog):
        if (corpus, model) in asked:
            continue
        asked.add((corpus, model))
        try:
            catalog.consent(corpus, model, score.slug)
        except ConsentError as error:
            found.setdefault(error.message, ConsentError(error.message, where))
    return list(found.values())


def faults_of(refusals: Sequence[ConsentError]) -> list[Fault]:
    """Refusals as faults of the score, to be said with its others."""
    return [Fault(each.where, each.message) for each in refusals if each.where]


def all_refused(refusals: Sequence[ConsentError]) -> ConsentError:
    """One error for one or more."""
    first, *others = refusals
    return ConsentError("\n".join([first.message, *map(str, others)]), first.where)


def uses(score: Score, catalog: Catalog) -> Iterator[Use]:
    """Every use of a corpus that the score makes, in the order of its files."""
    for name, take in score.piece.takes.items():
        yield from _of_take(take, catalog, score.locate(None, ("takes", name), key=True))
    for movement in score.movements:
        for name, take in movement.model.takes.items():
            yield from _of_take(take, catalog, movement.locate(("takes", name), key=True))
        for part_name, part in movement.model.parts.items():
            for index, event in enumerate(part.events):
                for number, ref in enumerate(event.sources):
                    if ref.kind is SourceKind.RECORDING:
                        loc = movement.source_loc(part_name, index, number)
                        yield from _of_recording(ref.name, catalog, movement.locate(loc))


def _of_take(take: Take, catalog: Catalog, where: Location) -> Iterator[Use]:
    # A name that the project does not have is a fault of the score, and said as such.
    if take.model in catalog.models():
        yield catalog.model(take.model).corpus, take.model, where
    if take.prime is not None and take.prime.recording is not None:
        yield from _of_recording(take.prime.recording, catalog, where)


def _of_recording(name: str, catalog: Catalog, where: Location) -> Iterator[Use]:
    corpus = name.partition("/")[0]
    if corpus in catalog.corpus_names:
        yield corpus, None, where
