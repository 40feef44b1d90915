"""Names that point outside the score: models, their steps, recordings."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Set
from fnmatch import fnmatchcase
from typing import Protocol

from approx_build.errors import Fault
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
    faults = [*_takes(score.piece.takes, score.source, catalog)]
    for movement in score.movements:
        faults += _takes(movement.model.takes, movement.source, catalog)
        faults += _recordings(movement, catalog)
    return in_order(faults)


def matching(pattern: str, recordings: Collection[str]) -> list[str]:
    """The recordings a name or pattern stands for, in order of their names."""
    return sorted(name for name in recordings if fnmatchcase(name, pattern))


def _takes(takes: Mapping[str, Take], source: Source, catalog: Catalog) -> Iterator[Fault]:
    models = sorted(catalog.models())
    for name, take in takes.items():
        loc: Loc = ("takes", name)
        if take.model not in models:
            message = f"unknown model '{take.model}'{choices(take.model, models)}"
            yield source.fault((*loc, "model"), message)
        elif take.step is not None and take.step not in (steps := catalog.steps(take.model)):
            kept = ", ".join(str(step) for step in sorted(steps))
            message = f"'{take.model}' has no checkpoint at step {take.step}; there are: {kept}"
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
    length_s = catalog.recording_length_s(name)
    stop_s = sound.start_s + (sound.needs_s(take.length_s) or 0.0)
    if length_s is None:
        return
    if sound.start_s >= length_s or stop_s > length_s + TOLERANCE_S:
        yield source.fault(loc, f"ends at {stop_s:g} s of a recording of {length_s:g} s")
    elif message := sound.misfit(take.length_s, length_s):
        yield source.fault(loc, message)


def _unknown_recording(name: str, catalog: Catalog) -> str:
    recordings = catalog.recordings()
    if matching(name, recordings) or catalog.withdrawal(name):
        return ""
    if any(sign in name for sign in "*?["):
        return f"no recording matches '{name}'"
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
