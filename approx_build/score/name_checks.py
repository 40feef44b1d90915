"""Names that point outside the score: models, their steps, recordings."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Set
from functools import cached_property
from heapq import nsmallest
from itertools import islice
from typing import Protocol

from approx_build.errors import MOST_FOUND, Fault
from approx_build.files.names import aliases, normal
from approx_build.files.patterns import is_pattern
from approx_build.score.load import Score
from approx_build.score.movement import LoadedMovement
from approx_build.score.occurrences import Occurrences
from approx_build.score.takes import Take
from approx_build.ways.sound import TOLERANCE_S, Sound
from approx_build.yaml_source import MOST_LISTED, Source, choices, in_order
from approx_build.yaml_source.corrections import Advice
from approx_build.yaml_source.node import Loc
from approx_build.yaml_source.spelling import misspelt, with_choices


class Catalog(Protocol):
    """The models and recordings of a project that scores can name."""

    def models(self) -> Collection[str]:
        """The declared models."""

    def steps(self, model: str) -> Set[int]:
        """The steps of a model that are kept, the last among them."""

    def recordings(self) -> Collection[str]:
        """The recordings, as corpus/recording."""

    def named(self, pattern: str) -> Collection[str]:
        """The recordings that match a name or a pattern."""

    def problem(self, corpus: str) -> str:
        """Why the recordings of `corpus` cannot be listed; empty when they are, or it is none."""

    def withdrawal(self, recording: str) -> object:
        """Truth when a recording was withdrawn: then it is not listed, and refused elsewhere."""

    def recording_length_s(self, name: str) -> float | None:
        """Seconds of a recording; None when it cannot be read (another check reports this)."""


def check_names(score: Score, catalog: Catalog) -> list[Fault]:
    """Every name of `score` that `catalog` does not have, and ranges its recordings lack."""
    names = _Names(catalog)
    found = [*islice(_every(score, names), MOST_FOUND)]
    return in_order([*found, *names.unknown.faults()])


def _every(score: Score, catalog: _Names) -> Iterator[Fault]:
    yield from _people(score)
    yield from _takes(score.piece.takes, score.source, catalog)
    for movement in score.movements:
        yield from _takes(movement.model.takes, movement.source, catalog)
        _recordings(movement, catalog)


def _people(score: Score) -> Iterator[Fault]:
    """Players who differ in case alone, in the piece's list and in cues."""
    places: dict[str, tuple[Source, Loc]] = {}
    for index, name in enumerate(score.piece.players):
        places.setdefault(normal(name), (score.source, ("players", index)))
    for movement in score.movements:
        for index, cue in enumerate(movement.model.cues):
            if cue.player is not None:
                places.setdefault(normal(cue.player), (movement.source, ("cues", index, "for")))
    for first, second in aliases(places):
        source, loc = places[second]
        message = f"players {first!r} and {second!r} differ in case alone; write one name"
        yield source.fault(loc, message)


class _Names:
    """A catalog, and what is asked of it for every misspelt name, found once."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._steps: dict[str, Set[int]] = {}
        self.unknown = Occurrences()

    @cached_property
    def models(self) -> tuple[str, ...]:
        """The declared models."""
        return tuple(sorted(self.catalog.models()))

    def steps(self, model: str) -> Set[int]:
        """The steps that a model keeps."""
        if model not in self._steps:
            self._steps[model] = self.catalog.steps(model)
        return self._steps[model]

    @cached_property
    def stems(self) -> dict[str, tuple[str, ...]]:
        """The recordings of each corpus."""
        found: dict[str, list[str]] = {}
        for name in sorted(self.catalog.recordings()):
            corpus, _, stem = name.partition("/")
            found.setdefault(corpus, []).append(stem)
        return {corpus: tuple(stems) for corpus, stems in found.items()}


def _takes(takes: Mapping[str, Take], source: Source, names: _Names) -> Iterator[Fault]:
    # The tuple has an order, for messages; the set is fast to look up.
    models, known = names.models, set(names.models)
    for name, take in takes.items():
        loc: Loc = ("takes", name)
        if take.model not in known:
            message = with_choices(f"unknown model '{take.model}'", take.model, models)
            names.unknown.add(source, (*loc, "model"), message)
        elif take.step is not None and take.step not in (steps := names.steps(take.model)):
            kept = _nearest(take.step, steps)
            message = f"'{take.model}' has no checkpoint at step {take.step}; there are: {kept}"
            yield source.fault((*loc, "step"), message)
        for where, sound in take.sounds():
            if sound.recording is not None:
                yield from _recording_faults(sound, take, (*loc, *where), source, names)


def _nearest(step: int, steps: Set[int]) -> str:
    """The steps that are kept, or of very many those nearest to one that is not."""
    near = nsmallest(MOST_LISTED, steps, key=lambda each: abs(each - step))
    more = ", …" if len(steps) > len(near) else ""
    return f"{', '.join(map(str, sorted(near)))}{more}"


def _recording_faults(
    sound: Sound, take: Take, loc: Loc, source: Source, names: _Names
) -> Iterator[Fault]:
    """What is wrong with a recording that a take is made of."""
    name, catalog = str(sound.recording), names.catalog
    message = _unknown_recording(name, names)
    if message:
        names.unknown.add(source, (*loc, "recording"), message)
        return
    if is_pattern(name) and name not in catalog.named(name):
        message = f"{sound.noun} must be one recording, not a pattern (is '{name}')"
        yield source.fault((*loc, "recording"), message)
        return
    length_s = catalog.recording_length_s(name)
    # None means all up to the end, which is inside the recording.
    stop_s = sound.start_s + (sound.needs_s(take.length_s) or 0.0)
    if length_s is None:
        return
    if sound.start_s >= length_s or stop_s > length_s + TOLERANCE_S:
        yield source.fault(loc, f"ends at {stop_s:g} s of a recording of {length_s:g} s")
    elif message := sound.length_fault(take.length_s, length_s):
        yield source.fault(loc, message)


def _unknown_recording(name: str, names: _Names) -> str:
    catalog = names.catalog
    if catalog.named(name) or catalog.withdrawal(name):
        return ""
    corpus, _, stem = name.partition("/")
    if problem := catalog.problem(corpus):
        return problem
    if is_pattern(name):
        return f"no recording matches '{name}'"
    if corpus not in names.stems:
        corpora = sorted(names.stems)
        words = f"unknown corpus '{corpus}'{choices(corpus, corpora)}"
        return Advice(words, _path(misspelt(corpus, corpora), stem))
    stems = names.stems[corpus]
    words = f"corpus '{corpus}' has no recording '{stem}'{choices(stem, stems)}"
    # `low.wav` for `low`: a recording has no ending.
    meant = stem.rpartition(".")[0] if stem.rpartition(".")[0] in stems else misspelt(stem, stems)
    return Advice(words, _path(corpus, meant))


def _path(corpus: str, stem: str) -> str:
    """A recording as it is written; nothing if a part of its name is not known."""
    return f"{corpus}/{stem}" if corpus and stem and re.fullmatch(r"[\w.-]+", stem) else ""


def _recordings(movement: LoadedMovement, names: _Names) -> None:
    for part, index, number, name in _named_recordings(movement):
        message = _unknown_recording(name, names)
        if message:
            loc = movement.source_loc(part, index, number)
            node, _ = movement.source.root.nearest(loc)
            field = ("recording",) if isinstance(node.value, dict) else ()
            names.unknown.add(movement.source, (*loc, *field), message)


def _named_recordings(movement: LoadedMovement) -> Iterator[tuple[str, int, int, str]]:
    for part, voice in movement.model.parts.items():
        for index, event in enumerate(voice.events):
            for number, source in enumerate(event.sources):
                if source.recording is not None:
                    yield part, index, number, source.recording
