"""Names that point outside the score: models, their steps, recordings."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Set
from typing import Protocol

from approx_build.errors import Fault
from approx_build.files.names import normal, twins
from approx_build.files.patterns import is_pattern, matching
from approx_build.score.load import Score
from approx_build.score.movement import LoadedMovement
from approx_build.score.takes import Take
from approx_build.ways.sound import TOLERANCE_S, Sound
from approx_build.yaml_source import Source, choices, in_order
from approx_build.yaml_source.node import Loc


class Catalog(Protocol):
    """What a project has that scores may name."""

    def models(self) -> Collection[str]:
        """The declared models."""

    def steps(self, model: str) -> Set[int]:
        """The steps of a model that are kept, the last among them."""

    def recordings(self) -> Collection[str]:
        """The recordings, as corpus/recording."""

    def problem(self, corpus: str) -> str:
        """Why the recordings of `corpus` cannot be listed; empty when they are, or it is none."""

    def withdrawal(self, recording: str) -> object:
        """Truth when a recording was withdrawn: then it is not listed, and refused elsewhere."""

    def recording_length_s(self, name: str) -> float | None:
        """Seconds of a recording; None when it cannot be read (which is said elsewhere)."""


def check_names(score: Score, catalog: Catalog) -> list[Fault]:
    """Every name of `score` that `catalog` does not have, and ranges its recordings lack."""
    faults = [*_people(score), *_takes(score.piece.takes, score.source, catalog)]
    for movement in score.movements:
        faults += _takes(movement.model.takes, movement.source, catalog)
        faults += _recordings(movement, catalog)
    return in_order(faults)


def _people(score: Score) -> Iterator[Fault]:
    """Players who differ in case alone, in the piece's list and in cues."""
    places: dict[str, tuple[Source, Loc]] = {}
    for index, name in enumerate(score.piece.players):
        places.setdefault(normal(name), (score.source, ("players", index)))
    for movement in score.movements:
        for index, cue in enumerate(movement.model.cues):
            if cue.player is not None:
                places.setdefault(normal(cue.player), (movement.source, ("cues", index, "for")))
    for first, second in twins(places):
        source, loc = places[second]
        message = f"players {first!r} and {second!r} differ in case alone; write one name"
        yield source.fault(loc, message)


def _takes(takes: Mapping[str, Take], source: Source, catalog: Catalog) -> Iterator[Fault]:
    models = sorted(catalog.models())
    for name, take in takes.items():
        loc: Loc = ("takes", name)
        if take.model not in models:
            message = f"unknown model '{take.model}'{choices(take.model, models)}"
            yield source.fault((*loc, "model"), message)
        elif take.step is not None and take.step not in (steps := catalog.steps(take.model)):
            kept = ", ".join(str(step) for step in sorted(steps))
            message = f"step {take.step} of '{take.model}' is not kept; kept are {kept}"
            yield source.fault((*loc, "step"), message)
        for where, sound in take.sounds():
            if sound.recording is not None:
                yield from _recording_faults(sound, take, (*loc, *where), source, catalog)


def _recording_faults(
    sound: Sound, take: Take, loc: Loc, source: Source, catalog: Catalog
) -> Iterator[Fault]:
    """What is wrong with a recording that a take is made of."""
    name = str(sound.recording)
    message = _unknown_recording(name, catalog)
    if message:
        yield source.fault((*loc, "recording"), message)
        return
    if name not in catalog.recordings() and is_pattern(name):
        message = f"{sound.noun} is one recording, not a pattern (is '{name}')"
        yield source.fault((*loc, "recording"), message)
        return
    length_s = catalog.recording_length_s(name)
    stop_s = sound.start_s + (sound.needs_s(take.length_s) or 0.0)
    if length_s is None:
        return
    if sound.start_s >= length_s or stop_s > length_s + TOLERANCE_S:
        yield source.fault(loc, f"reaches to {stop_s:g} s of a recording of {length_s:g} s")
    elif message := sound.misfit(take.length_s, length_s):
        yield source.fault(loc, message)


def _unknown_recording(name: str, catalog: Catalog) -> str:
    recordings = catalog.recordings()
    if matching(name, recordings) or catalog.withdrawal(name):
        return ""
    if is_pattern(name):
        return f"no recording is named like '{name}'"
    corpus, _, stem = name.partition("/")
    corpora = sorted({known.partition("/")[0] for known in recordings})
    if problem := catalog.problem(corpus):
        return problem
    if corpus not in corpora:
        return f"unknown corpus '{corpus}'{choices(corpus, corpora)}"
    stems = [k.partition("/")[2] for k in sorted(recordings) if k.startswith(f"{corpus}/")]
    return f"corpus '{corpus}' has no recording '{stem}'{choices(stem, stems)}"


def _recordings(movement: LoadedMovement, catalog: Catalog) -> Iterator[Fault]:
    for part, index, number, name in _named_recordings(movement):
        message = _unknown_recording(name, catalog)
        if message:
            loc = movement.source_loc(part, index, number)
            node, _ = movement.source.root.nearest(loc)
            field = ("recording",) if isinstance(node.value, dict) else ()
            yield movement.source.fault((*loc, *field), message)


def _named_recordings(movement: LoadedMovement) -> Iterator[tuple[str, int, int, str]]:
    for part, voice in movement.model.parts.items():
        for index, event in enumerate(voice.events):
            for number, source in enumerate(event.sources):
                if source.recording is not None:
                    yield part, index, number, source.recording
