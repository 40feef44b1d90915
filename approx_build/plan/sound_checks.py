"""Checks of sounds: files that cannot be used, and what patterns draw by the seed of the piece."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace

from approx_build.errors import AudioError, Fault
from approx_build.numerics.stream import Stream
from approx_build.plan.catalog import Catalog
from approx_build.plan.parts import content
from approx_build.plan.recorded import Recorded
from approx_build.plan.streams import event_identities, event_stream
from approx_build.score.duration_checks import event_faults, sounds_of
from approx_build.score.load import Reading, Score
from approx_build.score.movement import LoadedMovement
from approx_build.score.occurrences import Occurrences
from approx_build.score.source_ref import SourceRef
from approx_build.score.takes import Take
from approx_build.yaml_source import Source
from approx_build.yaml_source.node import Loc


def sound_faults(reading: Reading, catalog: Catalog) -> Iterator[Fault]:
    """Files that cannot be used, and events that cannot be made of what their patterns draw."""
    if (score := reading.score) is None:
        return
    yield from _unusable(score, catalog)
    # Events with faults were taken out, so that others might seem to draw something else.
    if not reading.faults:
        for movement in score.movements:
            yield from _drawn(movement, score, catalog)


def _unusable(score: Score, catalog: Catalog) -> Iterator[Fault]:
    found = Occurrences()
    _of_takes(score.piece.takes.items(), score.source, catalog, found)
    for movement in score.movements:
        _of_takes(movement.model.takes.items(), movement.source, catalog, found)
        for part, voice in movement.model.parts.items():
            for index, event in enumerate(voice.events):
                for number, ref in enumerate(event.sources):
                    if problem := _problem(ref, movement, catalog):
                        loc = movement.source_loc(part, index, number)
                        found.add(movement.source, loc, problem)
    yield from found.faults()


def _of_takes(
    takes: Iterable[tuple[str, Take]], source: Source, catalog: Catalog, found: Occurrences
) -> None:
    for name, take in takes:
        for where, sound in take.sounds():
            if sound.recording and (problem := _of_recording(sound.recording, catalog)):
                found.add(source, ("takes", name, *where), problem)


def _problem(ref: SourceRef, movement: LoadedMovement, catalog: Catalog) -> str:
    """Why a source cannot be used: its container, or its number of channels."""
    if ref.file is not None:
        with suppress(ValueError):
            return catalog.sounds.problem(movement.file_path(catalog.root, ref.file))
    return _of_recording(ref.recording, catalog) if ref.recording else ""


def _of_recording(name: str, catalog: Catalog) -> str:
    # Names that are no recording are reported by another check.
    every = catalog.named(name)
    with suppress(AudioError):
        paths = [catalog.recording_path(each) for each in every]
        return next(filter(None, map(catalog.sounds.problem, paths)), "")
    return ""


def _drawn(movement: LoadedMovement, score: Score, catalog: Catalog) -> Iterator[Fault]:
    """Faults of events whose sources have patterns, with the recordings that they stand for."""
    recorded, rate = Recorded(catalog), score.piece.output.rate
    sounds = sounds_of(movement, recorded.recording_length_s, catalog.sounds.length_s, catalog.root)
    for part, voice in movement.model.parts.items():
        if not any(ref.is_pattern for event in voice.events for ref in event.sources):
            continue
        names = event_identities([(event.id, content(event)) for event in voice.events])
        for index, (event, identity) in enumerate(zip(voice.events, names, strict=True)):
            if event.mute or not any(ref.is_pattern for ref in event.sources):
                continue
            refs = [each for ref in event.sources for each in _each(ref, movement, catalog)]
            words = ""
            if not refs:
                continue
            if not event.op.many:
                stream = event_stream(score.piece.seed, movement.slug, part, identity, event.seed)
                ref = refs[Stream(stream).child("source").index(len(refs))]
                refs, words = [ref], f"; the seed draws {ref.name}"
                length_s = sounds.whole(ref)
                words += f" ({length_s:g} s)" if length_s is not None else ""
            known = event.model_copy(update={"sources": tuple(refs)})
            loc: Loc = ("parts", part, "events", index)
            others = {*event_faults(movement, loc, event, sounds, rate)}
            for fault in event_faults(movement, loc, known, sounds, rate):
                if fault not in others:
                    yield replace(fault, message=fault.message + words)


def _each(ref: SourceRef, movement: LoadedMovement, catalog: Catalog) -> list[SourceRef]:
    """The sounds that a source stands for, in the order in which one of them is drawn."""
    if ref.is_pattern:
        names = catalog.named(ref.name)
        return [ref.model_copy(update={"recording": name}) for name in names]
    if ref.take is not None and ref.clip is None and ref.take in movement.takes:
        return [ref] * movement.takes[ref.take].count
    return [ref]
