"""Times in a score that must fit: into the movement, into a take, into each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from approx_build.errors import Fault, OpError
from approx_build.metric.time import Time, clock
from approx_build.ops.base import SHORTEST, GrainOp
from approx_build.score.curve import Curve
from approx_build.score.event import Event
from approx_build.score.event_lengths import RecordingLength, SoundLengths, after, unknown
from approx_build.score.load import Reading
from approx_build.score.movement import LoadedMovement
from approx_build.score.takes import Take
from approx_build.ways.sound import TOLERANCE_S
from approx_build.yaml_source import Source
from approx_build.yaml_source.node import Loc


def check_durations(
    reading: Reading, recording: RecordingLength = unknown, file: RecordingLength = unknown
) -> Iterator[Fault]:
    """Every time in a piece and its movements that does not fit.

    `recording` and `file` give the seconds of a recording by its name, and of a sound file by its
    path from the root.
    """
    rate = reading.score.piece.output.rate if reading.score else 0
    for movement in reading.movements:
        # With a part of its tempo marks, every time in bars would be reported as wrong.
        if movement.path not in reading.untimed:
            sounds = sounds_of(movement, recording, file, reading.root)
            yield from _of_movement(movement, sounds, rate)
    # A movement that could not be read may be the longest.
    if reading.score is not None and reading.is_complete:
        yield from _shared_take_faults(reading.takes, reading.movements, reading.source)


def _of_movement(movement: LoadedMovement, sounds: SoundLengths, rate: int) -> Iterator[Fault]:
    fault = movement.source.fault
    if not movement.length:
        yield fault(("length",), "must be greater than 0")
        return
    for name, take in movement.model.takes.items():
        if take.length_s > movement.length:
            message = f"the take is longer than the movement ({clock(movement.length)})"
            yield fault(("takes", name, "length_s"), message)
        yield from _sound_faults(name, take, movement.takes, movement.source)
    for name, part in movement.model.parts.items():
        loc: Loc = ("parts", name)
        for field, curve in (("gain_db", part.gain_db), ("pan", part.pan)):
            yield from _curve_faults(movement, (*loc, field), curve, movement.tempo.seconds)
        for index, event in enumerate(part.events):
            yield from event_faults(movement, (*loc, "events", index), event, sounds, rate)
            if event.gain_db.is_moving or event.pan.is_moving:
                yield from _event_curves(movement, (*loc, "events", index), event)
    for index, cue in enumerate(movement.model.cues):
        yield from _moment_faults(movement, ("cues", index, "at"), cue.at)
    yield from _expectation_faults(movement)


def sounds_of(
    movement: LoadedMovement,
    recording: RecordingLength = unknown,
    file: RecordingLength = unknown,
    root: Path = Path(),
) -> SoundLengths:
    """The sounds of a movement whose lengths are known; `file` gets paths from `root`."""

    def written(name: str) -> float | None:
        try:
            return file(movement.file_path(root, name))
        except ValueError:
            return None  # reported where names are checked

    length_s = float(movement.length)
    return SoundLengths(movement.takes, movement.model.parts, length_s, recording, written)


def _sound_faults(
    name: str, take: Take, takes: Mapping[str, Take], source: Source
) -> Iterator[Fault]:
    """What does not fit of the sounds that a take is made from, and of how it is made."""
    for where, sound in take.sounds():
        source_take = takes.get(sound.take) if sound.take else None
        if source_take:
            needed_s = sound.needs_s(take.length_s)
            message = _range_message(sound.start_s, needed_s, source_take.length_s, "take")
            if message := message or sound.length_fault(take.length_s, source_take.length_s):
                yield source.fault(("takes", name, *where), message)
    if (way := take.conditioning) is not None:
        for loc, message in way.length_faults(take.length_s):
            yield source.fault(("takes", name, way.way, *loc), message)


def _shared_take_faults(
    takes: Mapping[str, Take], movements: Sequence[LoadedMovement], source: Source
) -> Iterator[Fault]:
    """Takes of the piece written in `source` that are longer than any of its movements, or than
    what they are made of."""
    longest = max(movement.length for movement in movements)
    for name, take in takes.items():
        if take.length_s > longest:
            message = f"the take is longer than every movement ({clock(longest)})"
            yield source.fault(("takes", name, "length_s"), message)
        yield from _sound_faults(name, take, takes, source)


def _moment_faults(movement: LoadedMovement, loc: Loc, time: Time) -> Iterator[Fault]:
    try:
        seconds = movement.tempo.seconds(time)
    except ValueError as error:
        yield movement.source.fault(loc, str(error))
        return
    if seconds > movement.length:
        message = f"{_when(time, seconds)} is after the movement's end ({clock(movement.length)})"
        yield movement.source.fault(loc, message)


def _expectation_faults(movement: LoadedMovement) -> Iterator[Fault]:
    for index, expectation in enumerate(movement.model.expect):
        if expectation.range is None:
            continue
        field, edges = expectation.range
        faults = [
            fault
            for end, time in enumerate(edges)
            for fault in _moment_faults(movement, ("expect", index, field, end), time)
        ]
        yield from faults
        start, stop = edges
        if not faults and movement.tempo.seconds(stop) <= movement.tempo.seconds(start):
            loc: Loc = ("expect", index, field, 1)
            yield movement.source.fault(loc, f"must be after {start} (is {stop})")


def _impossible(
    event: Event, chain: Sequence[GrainOp], sounds: SoundLengths, rate: int
) -> tuple[str, str] | None:
    """The field of an event that cannot be made of clips of these lengths, and why."""
    lengths = sounds.clips(event)
    ways = [lengths] if event.op.many else [[length] for length in dict.fromkeys(lengths)]
    for way in ways:
        for op, field in ((chain[0], event.op.op), *((op, "through") for op in chain[1:])):
            known = [round(length * rate) for length in way if length is not None]
            # The action reports it when it runs and the lengths are known.
            if len(known) < len(way):
                break
            try:
                if min(known, default=SHORTEST) < SHORTEST:
                    raise OpError(f"{op.op}: a clip of {min(known)} samples is too short")
                op.check_sizes(known, rate)
            except OpError as error:
                # The field has the name of the operation.
                return field, error.message.removeprefix(f"{field}: ")
            way = [after(op, way)]
    return None


def event_faults(
    movement: LoadedMovement, loc: Loc, event: Event, sounds: SoundLengths, rate: int
) -> Iterator[Fault]:
    """Faults of the durations of `event` at `loc`."""
    fault = movement.source.fault
    beyond = [*_source_faults(movement, loc, event, sounds)]
    yield from beyond
    onset = movement.onset(event)
    if onset >= movement.length:
        end = clock(movement.length)
        yield fault((*loc, "at"), f"begins at {clock(onset)}; the movement ends at {end}")
        return
    try:
        chain = movement.chain(event, rate)
    except OpError as error:
        yield fault((*loc, event.op.op), error.message)
        return
    if rate and not beyond and (problem := _impossible(event, chain, sounds, rate)):
        yield fault((*loc, problem[0]), problem[1])
        return
    length = sounds.longest(event, chain)
    if length is None:
        return
    if onset + Fraction(length) > movement.length + Fraction(TOLERANCE_S):
        end, stop = clock(movement.length), clock(Fraction(f"{float(onset) + length:.3f}"))
        yield fault((*loc, event.op.op), f"ends at {stop}; the movement ends at {end}")
    for field, fade in (("fade_in_s", event.fade_in_s), ("fade_out_s", event.fade_out_s)):
        if fade > length + TOLERANCE_S:
            message = f"the fade is longer than the event ({length:.6g} s) (is {fade:g})"
            yield fault((*loc, field), message)


def _source_faults(
    movement: LoadedMovement, loc: Loc, event: Event, sounds: SoundLengths
) -> Iterator[Fault]:
    """Ranges of sources that reach beyond the sound they are taken from."""
    _, part, _, index = loc
    for number, source in enumerate(event.sources):
        whole = sounds.whole(source)
        if whole is not None:
            message = _range_message(source.start_s, source.length_s, whole, source.kind.value)
            if message:
                place = movement.source_loc(str(part), int(index), number)
                yield movement.source.fault(place, message)


def _range_message(start_s: float, length_s: float | None, whole_s: float, noun: str) -> str:
    if start_s >= whole_s:
        return f"begins at {start_s:g} s, after the end of the {noun} ({whole_s:g} s)"
    if length_s is not None and start_s + length_s > whole_s + TOLERANCE_S:
        stop_s = start_s + length_s
        return f"ends at {stop_s:g} s, after the end of the {noun} ({whole_s:g} s)"
    return ""


def _event_curves(movement: LoadedMovement, loc: Loc, event: Event) -> Iterator[Fault]:
    onset = movement.onset(event)
    length = movement.tempo.lengths(onset)

    def seconds(time: Time) -> Fraction:
        return onset + length(time)

    for field, curve in (("gain_db", event.gain_db), ("pan", event.pan)):
        yield from _curve_faults(movement, (*loc, field), curve, seconds)


def _curve_faults(
    movement: LoadedMovement, loc: Loc, curve: Curve, seconds: Callable[[Time], Fraction]
) -> Iterator[Fault]:
    before: Fraction | None = None
    for index, (time, _) in enumerate(curve.points if curve.is_moving else ()):
        here = (*loc, index, 0)
        try:
            now = seconds(time)
        except ValueError as error:
            yield movement.source.fault(here, str(error))
            return
        if before is not None and now <= before:
            yield movement.source.fault(here, f"must come after the time before it (is {time})")
        elif now > movement.length:
            message = f"{time} is after the movement's end ({clock(movement.length)})"
            yield movement.source.fault(here, message)
        before = now


def _when(time: Time, seconds: Fraction) -> str:
    written, read = str(time), clock(Fraction(f"{float(seconds):.3f}"))
    return written if written == read else f"{written} ({read})"
