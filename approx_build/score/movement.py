"""A movement as loaded: its model, its file, and its times in seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from approx_build.errors import Location, OpError
from approx_build.metric.pace import Start
from approx_build.metric.tempo import TempoMap, samples
from approx_build.ops.base import GrainOp
from approx_build.score.expansion import Written
from approx_build.score.paths import written_path
from approx_build.score.schema import Event, Movement
from approx_build.score.takes import Take
from approx_build.yaml_source import Source
from approx_build.yaml_source.node import Loc


@dataclass(frozen=True)
class LoadedMovement:
    """A movement of a piece. `number` counts from 1, `path` from the project's folder."""

    number: int
    slug: str
    path: str
    model: Movement
    source: Source = field(repr=False)
    tempo: TempoMap
    length: Fraction
    """Length in seconds, exactly."""
    takes: Mapping[str, Take]
    """Its own takes and the piece's, by name."""
    written: tuple[Written, ...] = ()
    """What its generators wrote; the events are among those of its parts."""

    def locate(self, loc: Loc, key: bool = False) -> Location:
        """The location of `loc` in the movement's file."""
        return self.source.locate(loc, key)

    def file_path(self, root: Path, written: str) -> str:
        """A sound file written in this score, relative to the project's folder `root`."""
        return written_path(written, root / self.path, root)

    def mixed_parts(self) -> list[str]:
        """The parts that are mixed: those with solo if there are any, never those with mute."""
        parts = self.model.parts
        has_solo = any(part.solo and not part.mute for part in parts.values())
        return [name for name, p in parts.items() if not p.mute and (p.solo or not has_solo)]

    def onset(self, event: Event) -> Fraction:
        """When `event` begins, seconds."""
        start = event.start
        return self.tempo.seconds(event.at) if start is None else start

    def chain(self, event: Event, rate: int) -> list[GrainOp]:
        """The event's operations with their steps in seconds, for sound of `rate` Hz (or 0: any).

        OpError if an operation cannot follow the tempo.
        """
        at = self.onset(event)
        start = Start(self.tempo, at, Fraction(samples(at, rate), rate) if rate else at)
        try:
            return [op.in_time(start) for op in (event.op, *event.through)]
        except ValueError as error:
            raise OpError(str(error)) from None

    def source_loc(self, part: str, index: int, number: int) -> Loc:
        """Where source `number` of event `index` of `part` is written."""
        event = self.model.parts[part].events[index]
        loc: Loc = ("parts", part, "events", index, event.op.op, "from")
        node, _ = self.source.root.nearest(loc)
        return (*loc, number) if isinstance(node.value, list) else loc
