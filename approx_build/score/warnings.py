"""What is no fault in a score but worth saying: silence, and takes that nothing uses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from approx_build.errors import Fault
from approx_build.score.movement import LoadedMovement
from approx_build.score.schema import Piece
from approx_build.yaml_source import Source


def remarks(piece: Piece, source: Source, movements: Sequence[LoadedMovement]) -> Iterator[Fault]:
    """All that is worth saying about a piece."""
    everywhere: set[str] = set()
    for movement in movements:
        if not any(part.events for part in movement.model.parts.values()):
            yield movement.source.fault((), "this movement has no events, so it is silent")
        elif not movement.mixed_parts():
            yield movement.source.fault(
                ("parts",), "all parts are muted, so the movement is silent", key=True
            )
        used = _used(movement)
        everywhere |= used
        for name in movement.model.takes:
            if name not in used:
                loc = ("takes", name)
                yield movement.source.fault(loc, "no event uses this take", key=True)
    for name in piece.takes:
        if name not in everywhere:
            yield source.fault(("takes", name), "no event uses this take", key=True)


def _used(movement: LoadedMovement) -> set[str]:
    """Takes that events use, and those that these are made of."""
    events = [event for part in movement.model.parts.values() for event in part.events]
    todo = [source.take for event in events for source in event.sources if source.take]
    used: set[str] = set()
    while todo:
        name = todo.pop()
        take = movement.takes.get(name)
        # The first test also ends circles of takes, which are reported as faults.
        if name not in used and take:
            todo += [sound.take for _, sound in take.sounds() if sound.take]
        used.add(name)
    return used
