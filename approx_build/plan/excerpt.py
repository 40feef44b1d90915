"""Excerpts in the graph: the mix of a range of a movement or of some of its parts, for a preview.

The stem of a range is an action of its own, made only of the events that sound in the range. The
actions of a render stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast

from approx_build.canonical import Json
from approx_build.metric.tempo import samples
from approx_build.plan.graph import Action, Graph, Kind
from approx_build.plan.movement import LoweredMovement
from approx_build.plan.parts import LoweredPart, PlacedEvent
from approx_build.score.duration_checks import sounds_of
from approx_build.score.event_lengths import RecordingLength
from approx_build.score.schema import Output


@dataclass(frozen=True)
class Excerpt:
    """Samples `start` to `stop` of a movement: its mix, or the `parts` that are named."""

    movement: LoweredMovement
    start: int
    stop: int
    parts: tuple[str, ...] = ()

    @property
    def mixed(self) -> list[LoweredPart]:
        """The parts that it is the sum of."""
        every = self.movement.parts
        if self.parts:
            return [part for part in every if part.name in self.parts]
        return [part for part in every if part.is_audible]


def add_excerpt(graph: Graph, excerpt: Excerpt, output: Output, recording: RecordingLength) -> str:
    """Add the sum of an excerpt and the stems of its range; its target."""
    movement = excerpt.movement.movement
    prefix = f"{movement.slug}/excerpts/{excerpt.start}-{excerpt.stop}"
    is_whole = (excerpt.start, excerpt.stop) == (0, samples(movement.length, output.rate))
    stems = [
        part.stem if is_whole else _add_stem(graph, prefix, part, events, excerpt)
        for part in excerpt.mixed
        if (events := [*_sounding(part, excerpt, output.rate, recording)])
    ]
    return graph.add(
        Action(
            target="/".join([prefix, "+".join(excerpt.parts) or "mix"]),
            kind=Kind.EXCERPT,
            params={
                "rate": output.rate,
                "channels": output.channels,
                "samples": excerpt.stop - excerpt.start,
            },
            inputs={f"stem.{place:04}": stem for place, stem in enumerate(sorted(stems))},
            where=movement.locate(()),
        )
    )


def _add_stem(
    graph: Graph, prefix: str, part: LoweredPart, events: Sequence[PlacedEvent], excerpt: Excerpt
) -> str:
    """The stem of a part in the range of an excerpt."""
    whole, names = graph.actions[part.stem], {event.target for event in events}
    placements = cast("list[dict[str, Json]]", whole.params["events"])
    kept = [each for each in placements if whole.inputs[str(each["role"])] in names]
    # Counted again, so that an event elsewhere changes no key.
    roles = {str(each["role"]): f"event.{place:05}" for place, each in enumerate(kept)}
    placed: list[Json] = [{**each, "role": roles[str(each["role"])]} for each in kept]
    span: list[Json] = [excerpt.start, excerpt.stop]
    made = replace(
        whole,
        target=f"{prefix}/stems/{part.name}",
        params={**whole.params, "events": placed, "range": span},
        inputs={role: whole.inputs[old] for old, role in roles.items()},
    )
    return graph.add(made)


def _sounding(
    part: LoweredPart, excerpt: Excerpt, rate: int, recording: RecordingLength
) -> Iterator[PlacedEvent]:
    """The events of a part that sound in an excerpt, as far as it is known before they are made."""
    movement = excerpt.movement.movement
    sounds = sounds_of(movement, recording)
    for placed in part.events:
        if placed.onset >= excerpt.stop:
            continue
        length_s = sounds.longest(placed.event, movement.chain(placed.event, rate))
        # One sample more, because lengths are rounded at each step of a chain.
        if length_s is None or placed.onset + round(length_s * rate) + 1 > excerpt.start:
            yield placed
