"""Checks of sounds: files that cannot be used, and what patterns draw by the seed of the piece."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from approx_build.errors import AudioError, Fault
from approx_build.numerics.stream import Stream
from approx_build.plan.catalog import Catalog
from approx_build.plan.conditioning import needed_s
from approx_build.plan.parts import content
from approx_build.plan.recorded import Recorded
from approx_build.plan.streams import event_identities, event_stream
from approx_build.score.duration_checks import event_faults, sounds_of
from approx_build.score.event import Event
from approx_build.score.event_lengths import SoundLengths
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
                    if ref.is_pattern and not event.op.many:
                        continue  # only what the seed draws is used
                    if problem := _problem(ref, movement, catalog):
                        loc = movement.source_loc(part, index, number)
                        found.add(movement.source, loc, problem)
    yield from found.faults()


def _of_takes(
    takes: Iterable[tuple[str, Take]], source: Source, catalog: Catalog, found: Occurrences
) -> None:
    for name, take in takes:
        for where, sound in take.sounds():
            if not sound.recording or take.model not in catalog.models():
                continue
            length_s = needed_s(take, sound, catalog.model(take.model).network)
            if problem := _of_recording(sound.recording, sound.start_s, length_s, catalog):
                found.add(source, ("takes", name, *where), problem)


def _problem(ref: SourceRef, movement: LoadedMovement, catalog: Catalog) -> str:
    """Why a source cannot be used: its container, or its number of channels."""
    if ref.file is not None:
        with suppress(ValueError):
            path = movement.file_path(catalog.root, ref.file)
            return _of_file(path, ref.start_s, ref.length_s, catalog)
    return _of_recording(ref.recording, ref.start_s, ref.length_s, catalog) if ref.recording else ""


def _of_recording(name: str, start_s: float, length_s: float | None, catalog: Catalog) -> str:
    with suppress(AudioError):
        # Names that are no recording are reported by another check.
        for each in catalog.named(name):
            path = catalog.recording_path(each)
            if problem := _of_file(path, start_s, length_s, catalog):
                return problem
    return ""


def _of_file(path: str, start_s: float, length_s: float | None, catalog: Catalog) -> str:
    if problem := catalog.sounds.problem(path):
        return problem
    if catalog.sounds.is_silent(path, start_s, length_s):
        return f"{path}: there is only silence in this range"
    return ""


def _drawn(movement: LoadedMovement, score: Score, catalog: Catalog) -> Iterator[Fault]:
    """Faults of events whose sources have patterns, with the recordings that they stand for."""
    recording_s, file_s = Recorded(catalog).recording_length_s, catalog.sounds.length_s
    sounds = sounds_of(movement, recording_s, file_s, catalog.root)
    for part, voice in movement.model.parts.items():
        if not any(ref.is_pattern for event in voice.events for ref in event.sources):
            continue
        names = event_identities([(event.id, content(event)) for event in voice.events])
        for index, (event, name) in enumerate(zip(voice.events, names, strict=True)):
            if any(ref.is_pattern for ref in event.sources) and not event.mute:
                stream = event_stream(score.piece.seed, movement.slug, part, name, event.seed)
                one = _Drawing(movement, part, index, event, Stream(stream).child("source"))
                yield from _of_drawing(one, sounds, score.piece.output.rate, catalog)


@dataclass(frozen=True)
class _Drawing:
    """An event with a pattern, its place, and the stream that draws one of several sounds."""

    movement: LoadedMovement
    part: str
    index: int
    event: Event
    stream: Stream


def _of_drawing(
    one: _Drawing, sounds: SoundLengths, rate: int, catalog: Catalog
) -> Iterator[Fault]:
    movement, event = one.movement, one.event
    refs = [
        (number, each)
        for number, ref in enumerate(event.sources)
        for each in _each(ref, movement, catalog)
    ]
    words = ""
    if not refs:
        return
    if not event.op.many:
        number, ref = refs[one.stream.index(len(refs))]
        length_s = sounds.whole(ref)
        seconds = f" ({length_s:g} s)" if length_s is not None else ""
        refs, words = [(number, ref)], f"; the seed draws {ref.name}{seconds}"
        if problem := _problem(ref, movement, catalog):
            place = movement.source_loc(one.part, one.index, number)
            yield movement.source.fault(place, problem + words)
            return
    known = event.model_copy(update={"sources": tuple(ref for _, ref in refs)})
    loc: Loc = ("parts", one.part, "events", one.index)
    # What is wrong whatever is drawn is reported by the check of durations.
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
