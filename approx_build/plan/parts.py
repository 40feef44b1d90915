"""Parts in the graph: events placed in time, and the stem they make together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from approx_build.audio.stream import stream_key
from approx_build.plan.graph import Action, Json, Kind
from approx_build.plan.sources import Sources
from approx_build.plan.streams import event_identities, event_stream
from approx_build.registry import source_digest
from approx_build.ops.base import OPS, GrainOp
from approx_build.score.load import LoadedMovement
from approx_build.score.schema import Event, Output, Part


@dataclass(frozen=True)
class PlacedEvent:
    """An event of the score and the action that makes its sound."""

    event: Event
    name: str
    target: str
    onset: int
    sources: tuple[str, ...]
    """The sounds it is made from, as the score names them."""


@dataclass(frozen=True)
class LoweredPart:
    """A part of the score, its events and its stem."""

    name: str
    part: Part
    stem: str
    events: tuple[PlacedEvent, ...]
    is_heard: bool


class Parts:
    """Adds the parts of one movement to the graph."""

    def __init__(self, sources: Sources, movement: LoadedMovement, output: Output, seed: int):
        self._sources, self._movement, self._output, self._seed = sources, movement, output, seed
        self._graph = sources.graph
        self._samples = round(movement.length * output.rate)

    def add_all(self) -> list[LoweredPart]:
        """Every part; those that are muted or not soloed are not heard but may be sources."""
        parts = self._movement.model.parts
        has_solo = any(part.solo for part in parts.values())
        return [
            self._add(name, part, not part.mute and (part.solo or not has_solo))
            for name, part in parts.items()
        ]

    def _add(self, name: str, part: Part, is_heard: bool) -> LoweredPart:
        identities = event_identities([(e.id, content(e)) for e in part.events])
        events = tuple(
            self._event(name, index, event, identity)
            for index, (event, identity) in enumerate(zip(part.events, identities, strict=True))
            if not event.mute
        )
        stem = self._stem(name, part, events)
        return LoweredPart(name, part, stem, events, is_heard)
