"""How long events last, as far as a score and the lengths of recordings tell."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass

from approx_build.errors import OpError
from approx_build.ops.base import GrainOp
from approx_build.score.event import Event
from approx_build.score.source_ref import SourceKind, SourceRef
from approx_build.score.takes import Take

# Far apart, so that an operation whose length depends on its clips gives two results.
_PROBES_S = (1.0, 600.0)
RecordingLength = Callable[[str], float | None]
"""Seconds of a recording by name, or None where it is not known."""


def unknown(name: str) -> float | None:
    """No recording's length is known."""
    return None


@dataclass(frozen=True)
class SoundLengths:
    """The sounds of a movement whose lengths are known: takes, parts, recordings."""

    takes: Mapping[str, Take]
    parts: Container[str]
    movement_s: float
    recording: RecordingLength = unknown
    file: RecordingLength = unknown
    """Seconds of a file by its path as written."""

    def whole(self, source: SourceRef) -> float | None:
        """Seconds of the sound `source` is taken from; None where that is not known."""
        match source.kind:
            case SourceKind.TAKE:
                take = self.takes.get(source.name)
                return take.length_s if take else None
            case SourceKind.RECORDING:
                return None if source.is_pattern else self.recording(source.name)
            case SourceKind.PART:
                return self.movement_s if source.name in self.parts else None
            case SourceKind.FILE:
                return self.file(source.name)

    def clips(self, event: Event) -> list[float | None]:
        """Seconds of each clip that the sources of an event stand for."""
        return [length for source in event.sources for length in self._clips(source)]

    def _clips(self, source: SourceRef) -> list[float | None]:
        whole, length = self.whole(source), source.length_s
        if length is None and whole is not None:
            length = max(whole - source.start_s, 0.0)
        take = self.takes.get(source.name) if source.kind is SourceKind.TAKE else None
        return [length] * (take.count if take and source.clip is None else 1)

    def results(self, event: Event, chain: Sequence[GrainOp]) -> set[float | None]:
        """The lengths that an event may have with these operations, None where one is unknown.

        More than one if it works on one of several clips by chance.
        """
        lengths = self.clips(event)
        # A set: the thousands of clips of a take have one length.
        ways = [lengths] if event.op.many else [[length] for length in dict.fromkeys(lengths)]
        found = set[float | None]()
        for way in ways:
            longest = after(chain[0], way)
            for op in chain[1:]:
                longest = after(op, [longest])
            found.add(longest)
        return found

    def longest(self, event: Event, chain: Sequence[GrainOp]) -> float | None:
        """The most seconds an event may last; None where the score does not say."""
        found = self.results(event, chain)
        known = [length for length in found if length is not None]
        return max(known) if len(known) == len(found) else None


def after(op: GrainOp, lengths: Sequence[float | None]) -> float | None:
    """Seconds after `op`. Where a length is not known two guesses must give the same."""
    try:
        results = {
            op.length([guess if length is None else length for length in lengths])
            for guess in _PROBES_S
        }
    except OpError:
        return None
    return results.pop() if len(results) == 1 else None
