"""Uses: where a score asks for the sound of a corpus, and what of the score depends on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from approx_build.errors import Location
from approx_build.files.patterns import matching
from approx_build.plan.catalog import Catalog
from approx_build.plan.sources import file_path
from approx_build.score.load import LoadedMovement, Score
from approx_build.score.source_ref import SourceKind, SourceRef
from approx_build.score.takes import Take
from approx_build.yaml_source.node import Loc


@dataclass(frozen=True)
class Use:
    """A corpus asked for at a place of a score, and what sounds otherwise without it.

    `model` learns from all of it, or `recording` (corpus/name, perhaps a pattern) is used.
    Takes of the piece go by their name, those of a movement by movement/name.
    """

    corpus: str
    where: Location
    model: str | None = None
    recording: str | None = None
    takes: tuple[str, ...] = ()
    movements: tuple[str, ...] = ()

    def needs(self, names: Iterable[str]) -> bool:
        """Whether it needs one of the recordings of these names (without the corpus)."""
        if self.recording is None:
            return True
        return bool(matching(self.recording, [f"{self.corpus}/{name}" for name in names]))


def uses(score: Score, catalog: Catalog) -> Iterator[Use]:
    """Every use of a corpus that the score makes, in the order of its files.

    A name that the project does not have is a fault of the score, and said as such.
    """
    dependents = _dependents(score)
    for name, take in score.piece.takes.items():
        where = score.locate(None, ("takes", name), key=True)
        yield from _of_take(name, take, where, catalog, dependents)
    for movement in score.movements:
        for name, take in movement.model.takes.items():
            where = movement.locate(("takes", name), key=True)
            yield from _of_take(f"{movement.slug}/{name}", take, where, catalog, dependents)
        for ref, loc in _sources(movement):
            if recording := _recording(ref, movement, score, catalog):
                where = movement.locate(loc)
                yield from _of_recording(recording, where, catalog, (), (movement.slug,))


def _of_take(
    name: str, take: Take, where: Location, catalog: Catalog, dependents: Mapping[str, set[str]]
) -> Iterator[Use]:
    """What a take's network learnt from, and what it hears."""
    reached = _reached(name, dependents)
    takes = tuple(sorted(each for each in reached if not each.endswith("/")))
    movements = tuple(sorted(each[:-1] for each in reached if each.endswith("/")))
    if take.model in catalog.models():
        yield Use(catalog.model(take.model).corpus, where, take.model, None, takes, movements)
    for _, sound in take.sounds():
        if sound.recording is not None:
            yield from _of_recording(sound.recording, where, catalog, takes, movements)


def _of_recording(
    name: str, where: Location, catalog: Catalog, takes: tuple[str, ...], movements: tuple[str, ...]
) -> Iterator[Use]:
    corpus = name.partition("/")[0]
    if corpus in catalog.corpus_names:
        yield Use(corpus, where, None, name, takes, movements)


def _recording(
    ref: SourceRef, movement: LoadedMovement, score: Score, catalog: Catalog
) -> str | None:
    """The recording, or pattern of recordings, that a source names; a file may be one too."""
    if ref.kind is SourceKind.RECORDING:
        return ref.name
    if ref.kind is SourceKind.FILE:
        # A path that leaves the project is a fault of the score, and said as such.
        with suppress(ValueError):
            return catalog.recording_at(file_path(score.root, movement, ref.name))
    return None


def _sources(movement: LoadedMovement) -> Iterator[tuple[SourceRef, Loc]]:
    for part_name, part in movement.model.parts.items():
        for index, event in enumerate(part.events):
            for number, ref in enumerate(event.sources):
                yield ref, movement.source_loc(part_name, index, number)


def _dependents(score: Score) -> dict[str, set[str]]:
    """For each take, the takes made of it and, with a slash at their end, movements it is in."""
    found: dict[str, set[str]] = {}
    for name, take in score.piece.takes.items():
        for source in _taken(take):
            found.setdefault(source, set()).add(name)
    for movement in score.movements:
        own, slug = movement.model.takes, movement.slug
        for name, take in own.items():
            for source in _taken(take):
                key = f"{slug}/{source}" if source in own else source
                found.setdefault(key, set()).add(f"{slug}/{name}")
        for ref, _ in _sources(movement):
            if ref.take is not None:
                key = f"{slug}/{ref.take}" if ref.take in own else ref.take
                found.setdefault(key, set()).add(f"{slug}/")
    return found


def _taken(take: Take) -> list[str]:
    """The takes that a take is made of."""
    return [sound.take for _, sound in take.sounds() if sound.take]


def _reached(name: str, dependents: Mapping[str, set[str]]) -> set[str]:
    """What depends on a take, itself included."""
    reached, todo = {name}, [name]
    while todo:
        new = dependents.get(todo.pop(), set()) - reached
        reached |= new
        todo += new
    return reached
