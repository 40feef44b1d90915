"""Parts in the graph: events placed in time, and the stem they make together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from approx_build.canonical import Json
from approx_build.numerics.stream import Stream, stream_key
from approx_build.ops.base import GrainOp
from approx_build.plan.graph import Action, Kind
from approx_build.plan.sources import Found, Sources
from approx_build.plan.streams import event_identities, event_stream
from approx_build.registry import is_foreign, source_digest
from approx_build.score.curve import Curve
from approx_build.score.event import Event
from approx_build.score.load import LoadedMovement
from approx_build.score.schema import Output, Part
from approx_build.score.source_ref import SourceRef
from approx_build.score.tempo import samples


@dataclass(frozen=True)
class PlacedEvent:
    """An event of the score and the action that makes its sound; `onset` in samples."""

    event: Event
    name: str
    target: str
    onset: int
    sources: tuple[Found, ...]


@dataclass(frozen=True)
class LoweredPart:
    """A part of the score, its events, its stem, and whether the mix has it."""

    name: str
    part: Part
    stem: str
    events: tuple[PlacedEvent, ...]
    is_heard: bool


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

    def _part(self, name: str, part: Part, is_heard: bool, is_source: bool) -> LoweredPart:
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
        return LoweredPart(name, part, stem, events, is_heard)

    def _event(self, part: str, index: int, event: Event, identity: str) -> PlacedEvent:
        movement = self._movement
        where = movement.locate(("parts", part, "events", index))
        stream = event_stream(self._piece_seed, movement.slug, part, identity, event.seed)
        chosen = self._chosen(event, Stream(stream))
        clips = [self._sources.clip(found, ref, where) for found, ref in chosen]
        chain = self._chain(event)
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

    def _chain(self, event: Event) -> list[GrainOp]:
        """The event's operations, at the movement's tempo where that is written."""
        chain = [event.op, *event.through]
        if not self._movement.model.tempo:
            return chain
        bpm = float(self._movement.tempo.bpm(self._movement.onset(event)))
        return [op.at_tempo(bpm) for op in chain]

    def _chosen(self, event: Event, stream: Stream) -> list[tuple[Found, SourceRef]]:
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
    """What the event sounds like before it is placed: what names it when it has no id.

    Parameters at their defaults are left out, so that an operation that gains one later does
    not redraw the events that say nothing of it.
    """
    return {
        "op": _said(event.op),
        "from": [ref.model_dump(mode="json", exclude_defaults=True) for ref in event.sources],
        "through": [_said(op) for op in event.through],
    }


def _said(op: GrainOp) -> dict[str, Json]:
    """An operation by its name and the parameters that are not at their defaults."""
    return {**op.model_dump(mode="json", exclude_defaults=True), "op": op.op}
