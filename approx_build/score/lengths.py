"""How long sources and events are, where that follows from the score."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from approx_build.errors import OpError
from approx_build.ops.base import GrainOp
from approx_build.score.event import Event
from approx_build.score.movement import LoadedMovement
from approx_build.score.origin import SourceKind, SourceRef

_PROBES_S = (1.0, 600.0)
RecordingLength = Callable[[str], float | None]
"""Seconds of a recording by name, or None where it is not known."""


def unknown(name: str) -> float | None:
    """No recording's length is known."""
    return None


def whole_length(
    movement: LoadedMovement, source: SourceRef, recording: RecordingLength = unknown
) -> float | None:
    """Seconds of the sound `source` is taken from; None where that is not known."""
    match source.kind:
        case SourceKind.TAKE:
            take = movement.takes.get(source.name)
            return take.length_s if take else None
        case SourceKind.RECORDING:
            return None if source.is_pattern else recording(source.name)
        case SourceKind.PART:
            return float(movement.length) if source.name in movement.model.parts else None
        case SourceKind.FILE:
            return None


def event_length(
    movement: LoadedMovement, event: Event, recording: RecordingLength = unknown
) -> float | None:
    """The most seconds `event` may last; None where the score does not say."""
    lengths = [length for s in event.sources for length in _clips(movement, s, recording)]
    if event.op.many:
        longest = _after(event.op, lengths)
    else:
        longest = _longest([_after(event.op, [length]) for length in set(lengths)])
    for op in event.through:
        longest = _after(op, [longest])
    return longest


def _clips(
    movement: LoadedMovement, source: SourceRef, recording: RecordingLength
) -> list[float | None]:
    """Seconds of each clip `source` stands for."""
    whole = whole_length(movement, source, recording)
    length = source.length_s
    if length is None and whole is not None:
        length = max(whole - source.start_s, 0.0)
    take = movement.takes.get(source.name) if source.kind is SourceKind.TAKE else None
    return [length] * (take.count if take and source.clip is None else 1)


def _longest(lengths: Sequence[float | None]) -> float | None:
    known = [length for length in lengths if length is not None]
    return max(known) if len(known) == len(lengths) else None


def _after(op: GrainOp, lengths: Sequence[float | None]) -> float | None:
    """Seconds after `op`. Where a length is not known two guesses must give the same."""
    try:
        results = {
            op.length([guess if length is None else length for length in lengths])
            for guess in _PROBES_S
        }
    except OpError:
        return None
    return results.pop() if len(results) == 1 else None
