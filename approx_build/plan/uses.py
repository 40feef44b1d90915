"""Uses: where a score asks for the sound of a corpus, and what of the score depends on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from approx_build.errors import Fault, Location
from approx_build.files.patterns import matching
from approx_build.plan.catalog import Catalog
from approx_build.score.load import LoadedMovement, Score
from approx_build.score.source_ref import SourceKind, SourceRef
from approx_build.score.takes import Take
from approx_build.yaml_source.node import Loc


@dataclass(frozen=True)
class Use:
    """A corpus asked for, and what sounds otherwise without it.

    `model` learns from all of it, or is given `recording` (corpus/name) by the way of a take; or
    the recording, perhaps a pattern of several, is used without a model. `where` in the score of
    `piece`, if it is for one. Takes of the piece go by their name, those of a movement by
    movement/name.
    """

    corpus: str
    where: Location | None = None
    model: str | None = None
    recording: str | None = None
    piece: str | None = None
    takes: tuple[str, ...] = ()
    movements: tuple[str, ...] = ()

    @property
    def learns(self) -> bool:
        """Whether a model learns from the corpus."""
        return self.model is not None and self.recording is None

    def refusals(self, catalog: Catalog) -> tuple[Fault, ...]:
        """Why it is not allowed today, each at the clause of the record."""
        return catalog.refusals(self.corpus, self.model, self.piece, self.recording)

    def named(self, names: Iterable[str]) -> list[str]:
        """Its takes or movements, with their piece."""
        return [f"{self.piece}/{name}" if self.piece else name for name in names]

    def needs(self, names: Iterable[str]) -> bool:
        """Whether it needs one of the recordings of these names (without the corpus)."""
        if self.recording is None:
            return True
        return bool(matching(self.recording, [f"{self.corpus}/{name}" for name in names]))


def uses(score: Score, catalog: Catalog) -> Iterator[Use]:
    """Every use of a corpus that the score makes, in the order of its files.

    Names that the project does not have are faults of the score, which other checks report.
    """
    yield from (replace(use, piece=score.slug) for use in _uses(score, catalog))


def _uses(score: Score, catalog: Catalog) -> Iterator[Use]:
    dependents = _dependents(score)
    for name, take in score.piece.takes.items():
        where = score.locate(None, ("takes", name), key=True)
        given = recordings_of(take, score.piece.takes)
        yield from _of_take(name, take, given, where, catalog, dependents)
    for movement in score.movements:
        for name, take in movement.model.takes.items():
            where = movement.locate(("takes", name), key=True)
            given = recordings_of(take, movement.takes)
            yield from _of_take(f"{movement.slug}/{name}", take, given, where, catalog, dependents)
        for ref, loc in _sources(movement):
            if recording := _recording(ref, movement, score, catalog):
                yield from _of_recording(
                    Use("", movement.locate(loc), movements=(movement.slug,)), recording, catalog
                )


def recordings_of(take: Take, takes: Mapping[str, Take]) -> list[str]:
    """The recordings that a take's network is given, in any way, also through other takes.

    A take that is made from a recording may hold it unchanged, so what is made from that take is
    made from the recording too. What a network only learnt from is not given to others by its
    takes.
    """
    found: dict[str, None] = {}
    # `seen`, because takes may name each other in a circle, which another check reports.
    seen, todo = set[str](), [take]
    while todo:
        for _, sound in todo.pop().sounds():
            if sound.recording is not None:
                found[sound.recording] = None
            elif (name := str(sound.take)) in takes and name not in seen:
                seen.add(name)
                todo.append(takes[name])
    return list(found)


def _of_take(
    name: str,
    take: Take,
    given: Iterable[str],
    where: Location,
    catalog: Catalog,
    dependents: Mapping[str, set[str]],
) -> Iterator[Use]:
    """The recordings that train the network of a take, and those that condition it."""
    # The check of names reports it.
    if take.model not in catalog.models():
        return
    dependents_found = _dependents_of(name, dependents)
    use = Use(
        catalog.model(take.model).corpus,
        where,
        take.model,
        takes=tuple(sorted(each for each in dependents_found if not each.endswith("/"))),
        movements=tuple(sorted(each[:-1] for each in dependents_found if each.endswith("/"))),
    )
    yield use
    for recording in given:
        yield from _of_recording(use, recording, catalog)


def _of_recording(use: Use, name: str, catalog: Catalog) -> Iterator[Use]:
    """The use of a recording where `use` is, if there is such a corpus."""
    corpus = name.partition("/")[0]
    if corpus in catalog.corpus_names:
        yield replace(use, corpus=corpus, recording=name)


def _recording(
    ref: SourceRef, movement: LoadedMovement, score: Score, catalog: Catalog
) -> str | None:
    """The recording, or pattern of recordings, that a source names; a file may be one too."""
    if ref.kind is SourceKind.RECORDING:
        return ref.name
    if ref.kind is SourceKind.FILE:
        # Other checks report a path that leaves the project.
        with suppress(ValueError):
            return catalog.recording_at(movement.file_path(score.root, ref.name))
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
                # Two movements may have takes of one name; those of the piece are common to all.
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


def _dependents_of(name: str, dependents: Mapping[str, set[str]]) -> set[str]:
    """What depends on a take, itself included."""
    dependents_found, todo = {name}, [name]
    while todo:
        # What was reached before is left out, so a circle of takes ends.
        new = dependents.get(todo.pop(), set()) - dependents_found
        dependents_found |= new
        todo += new
    return dependents_found
