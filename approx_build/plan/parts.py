"""Parts in the graph: events placed in time, and the stem they make together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from approx_build.canonical import Json
from approx_build.metric.tempo import samples
from approx_build.numerics.stream import Stream, stream_key
from approx_build.ops.base import GrainOp
from approx_build.plan.graph import Action, Kind
from approx_build.plan.sources import Sources, SourceSound
from approx_build.plan.streams import event_identities, event_stream
from approx_build.registry import is_foreign, source_digest
from approx_build.score.curve import Curve
from approx_build.score.event import Event
from approx_build.score.lengths import Written
from approx_build.score.load import LoadedMovement
from approx_build.score.schema import Output, Part
from approx_build.score.source_ref import SourceRef


@dataclass(frozen=True)
class PlacedEvent:
    """An event of the score and the action that makes its sound; `onset` in samples."""

    event: Event
    name: str
    target: str
    onset: int
    sources: tuple[SourceSound, ...]


@dataclass(frozen=True)
class LoweredPart:
    """A part of the score, its events, its stem, and whether it is in the mix."""

    name: str
    part: Part
    stem: str
    events: tuple[PlacedEvent, ...]
    is_audible: bool


def stem_target(movement: str, part: str) -> str:
    """The target of a part's stem."""
    return f"{movement}/stems/{part}"


def source_target(movement: LoadedMovement, part: str) -> str:
    """The target of a part's sound as other parts use it: before its pan."""
    target = stem_target(movement.slug, part)
    return f"{target}/before-pan" if is_panned(movement.model.parts[part]) else target


def is_panned(part: Part) -> bool:
    """Whether a part's pan does anything."""
    return part.pan.is_moving or part.pan.values != (0.0,)


class Parts:
    """Adds the parts of one movement to the graph."""

    def __init__(
        self, sources: Sources, movement: LoadedMovement, output: Output, piece_seed: int
    ) -> None:
        self._sources, self._movement, self._output = sources, movement, output
        self._graph, self._piece_seed = sources.graph, piece_seed

    def add_all(self) -> list[LoweredPart]:
        """Every part; one that is muted or not soloed is not mixed but may be a source."""
        mixed, parts = set(self._movement.mixed_parts()), self._movement.model.parts
        # Only parts that others use need a stem without pan.
        used = {ref.part for part in parts.values() for each in part.events for ref in each.sources}
        return [
            self._part(name, part, name in mixed, is_source=name in used)
            for name, part in parts.items()
        ]

    def _part(self, name: str, part: Part, is_audible: bool, is_source: bool) -> LoweredPart:
        identities = event_identities([(event.id, content(event)) for event in part.events])
        events = tuple(
            self._event(name, index, event, identity)
            for index, (event, identity) in enumerate(zip(part.events, identities, strict=True))
            # Identities are made before: muting an event must not rename its equals, which are
            # numbered.
            if not event.mute
        )
        if is_source and is_panned(part):
            centred = part.model_copy(update={"pan": Curve.constant(0.0)})
            self._stem(source_target(self._movement, name), name, centred, events)
        stem = self._stem(stem_target(self._movement.slug, name), name, part, events)
        return LoweredPart(name, part, stem, events, is_audible)

    def _event(self, part: str, index: int, event: Event, identity: str) -> PlacedEvent:
        movement = self._movement
        where = movement.locate(("parts", part, "events", index))
        stream = event_stream(self._piece_seed, movement.slug, part, identity, event.seed)
        chosen = self._chosen(event, Stream(stream))
        clips = [self._sources.clip(found, ref, where) for found, ref in chosen]
        chain = movement.chain(event, self._output.rate)
        target = self._graph.add(
            Action(
                target=f"{movement.slug}/events/{part}/{identity}",
                kind=Kind.EVENT,
                params={"chain": [step(op) for op in chain]},
                inputs={f"source.{place:05}": clip for place, clip in enumerate(clips)},
                # Without randomness, equal events of different names share one key and one sound.
                stream=stream if any(op.is_random for op in chain) else "",
                where=where,
            )
        )
        onset = samples(movement.onset(event), self._output.rate)
        return PlacedEvent(event, identity, target, onset, tuple(found for found, _ in chosen))

    def _chosen(self, event: Event, stream: Stream) -> list[tuple[SourceSound, SourceRef]]:
        """The sounds the event works on; of several for one, its own stream picks."""
        sounds = [(found, ref) for ref in event.sources for found in self._sources.sounds(ref)]
        assert sounds, "checks find a pattern that names nothing"
        if type(event.op).many:
            return sounds
        return [sounds[stream.child("source").index(len(sounds))]]

    def _stem(self, target: str, name: str, part: Part, events: tuple[PlacedEvent, ...]) -> str:
        movement, rate = self._movement, self._output.rate
        # By time, not as written: the order in the score must not change the key of the stem.
        ordered = sorted(events, key=lambda placed: (placed.onset, placed.name))
        seconds = movement.tempo.seconds
        roles = {f"event.{place:05}": placed for place, placed in enumerate(ordered)}
        return self._graph.add(
            Action(
                target=target,
                kind=Kind.STEM,
                params={
                    "rate": rate,
                    "channels": self._output.channels,
                    "samples": samples(movement.length, rate),
                    "dither": self._output.dither,
                    "gain_db": part.gain_db.resolved(seconds),
                    "pan": part.pan.resolved(seconds),
                    "events": [self._placement(role, roles[role]) for role in roles],
                },
                inputs={role: placed.target for role, placed in roles.items()},
                stream=stream_key("dither", movement.slug, name),
                where=movement.locate(("parts", name), key=True),
                options={"name": f"part {name}"},
            )
        )

    def _placement(self, role: str, placed: PlacedEvent) -> Mapping[str, Json]:
        event, rate = placed.event, self._output.rate
        # The curves of an event count from its onset, those of a part from the start of the
        # movement.
        from_start = self._movement.tempo.lengths(self._movement.onset(event))
        return {
            "role": role,
            "name": placed.name,
            "onset": placed.onset,
            "gain_db": event.gain_db.resolved(from_start),
            "pan": event.pan.resolved(from_start),
            "fade_in": round(event.fade_in_s * rate),
            "fade_out": round(event.fade_out_s * rate),
        }


def step(op: GrainOp) -> dict[str, Json]:
    """An operation as it stands in a key: parameters, version, and if foreign its source."""
    fields: dict[str, Json] = {"params": op.model_dump(mode="json"), "version": type(op).version}
    if is_foreign(type(op)):
        fields["source"] = source_digest(type(op))
    return fields


def content(event: Event) -> dict[str, Any]:
    """The sound of an event without its position; it names an event that has no id.

    Parameters with default values are left out, so that a new parameter of an operation does not
    change the random numbers of existing events. Lengths in bars and beats are as written, so that
    another tempo or position does not change them either.
    """
    refs = [ref.model_dump(mode="json", exclude_defaults=True) for ref in event.sources]
    return {
        "op": _described(event.op, event.written("op")),
        "from": [_as_written(ref, event.written(f"from {i}")) for i, ref in enumerate(refs)],
        "through": [
            _described(op, event.written(f"through {i}")) for i, op in enumerate(event.through)
        ],
    }


def _described(op: GrainOp, written: Written) -> dict[str, Json]:
    """An operation by its name and the parameters that are not at their defaults."""
    fields = op.model_dump(mode="json", exclude_defaults=True)
    return {**_as_written(fields, written), "op": op.op}


def _as_written(fields: dict[str, Any], written: Written) -> dict[str, Any]:
    """Fields with what is written in place of seconds that depend on the tempo."""
    kept = {name: value for name, value in fields.items() if name not in written}
    return kept | {name.removesuffix("_s"): value for name, value in written.items()}
