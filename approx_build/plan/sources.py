"""Sources in the graph: what an event or a take names, resolved to clips."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from approx_build.errors import Location
from approx_build.plan.clips import Range, add_clip
from approx_build.plan.conditioning import add_sounds
from approx_build.plan.streams import take_stream
from approx_build.plan.takes import Networks
from approx_build.plan.uses import recordings_of
from approx_build.score.source_ref import SourceKind, SourceRef
from approx_build.score.takes import Take
from approx_build.ways.sound import Sound


@dataclass(frozen=True)
class ScopedTake:
    """A take and the scope that declares it: a movement's slug, or "" for the piece."""

    scope: str
    name: str
    take: Take
    where: Location


@dataclass(frozen=True)
class SourceSound:
    """A sound that a source names: its target, and its name for people."""

    target: str
    name: str


class Sources:
    """Resolves the names of one movement."""

    def __init__(
        self,
        networks: Networks,
        takes: Mapping[str, ScopedTake],
        stem_of: Callable[[str], str],
        file_of: Callable[[str], str],
        piece_seed: int,
        rate: int,
    ) -> None:
        self.networks, self.graph, self.catalog = networks, networks.graph, networks.catalog
        self.takes = takes
        self._stem_of, self._file_of = stem_of, file_of
        self._piece_seed, self._rate = piece_seed, rate

    def sounds(self, ref: SourceRef) -> list[SourceSound]:
        """Every sound that `ref` names: a take's clips, or the recordings that match a pattern."""
        match ref.kind:
            case SourceKind.TAKE:
                take = self.takes[ref.name]
                numbers = [ref.clip] if ref.clip else range(1, take.take.count + 1)
                return [self.take_clip(ref.name, number) for number in numbers]
            case SourceKind.RECORDING:
                named = self.catalog.named(ref.name) if ref.is_pattern else [ref.name]
                return [SourceSound(self._recording(name), name) for name in named]
            case SourceKind.PART:
                return [SourceSound(self._stem_of(ref.name), f"part {ref.name}")]
            case SourceKind.FILE:
                path = self._file_of(ref.name)
                return [SourceSound(self.networks.sound(path), path)]

    def clip(self, found: SourceSound, ref: SourceRef, where: Location) -> str:
        """A sound as a clip at the piece's rate."""
        span = Range(ref.start_s, ref.length_s)
        return add_clip(self.graph, found.target, self._rate, span, where=where)

    def take_clip(self, name: str, number: int) -> SourceSound:
        """Clip `number`, from 1, of a take."""
        scoped = self.takes[name]
        take, scope = scoped.take, scoped.scope
        target = f"{scope or 'piece'}/takes/{name}/{number}"
        if target not in self.graph.actions:
            self.networks.clip(
                target,
                take,
                take_stream(self._piece_seed, scope, name, take.seed, number),
                add_sounds(
                    self.graph,
                    take,
                    self.catalog.model(take.model).network,
                    lambda sound: self._source(sound, take.model),
                    scoped.where,
                ),
                number,
                scoped.where,
            )
        return SourceSound(target, f"{name} {number}")

    def _source(self, sound: Sound, model: str) -> str:
        if sound.recording is not None:
            return self._recording(sound.recording, model)
        others = {name: one.take for name, one in self.takes.items()}
        for recording in recordings_of(others[str(sound.take)], others):
            # Only to ask for consent: this network is given what the other take was made of.
            self._recording(recording, model)
        return self.take_clip(str(sound.take), sound.clip or 1).target

    def _recording(self, name: str, model: str | None = None) -> str:
        return self.networks.sound(self.catalog.recording_path(name), model)
