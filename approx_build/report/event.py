"""The reports of the events of a part: what each does, with what, and the line that asks for it."""

from __future__ import annotations

from typing import Any

from approx_build.plan.parts import LoweredPart, PlacedEvent
from approx_build.report.build_results import BuildResults
from approx_build.report.data import EventReport
from approx_build.report.formatting import as_text
from approx_build.report.provenance import Provenance
from approx_build.score.movement import LoadedMovement
from approx_build.score.source_ref import SourceKind
from approx_build.score.takes import Take
from approx_build.yaml_source.tables import flow

_MOST_SOURCES = 8


def event_reports(
    movement: LoadedMovement,
    part: LoweredPart,
    results: BuildResults,
    provenance: Provenance,
    rate: int,
) -> tuple[EventReport, ...]:
    """The events of a part that are not muted, as the score lists them."""
    audible = (index for index, event in enumerate(part.part.events) if not event.mute)
    return tuple(
        _event(movement, part.name, index, placed, results, provenance, rate)
        for index, placed in zip(audible, part.events, strict=True)
    )


def _event(
    movement: LoadedMovement,
    part: str,
    index: int,
    placed: PlacedEvent,
    results: BuildResults,
    provenance: Provenance,
    rate: int,
) -> EventReport:
    event, loc = placed.event, ("parts", part, "events", index)
    names = tuple(found.name for found in placed.sources)
    if len(names) > _MOST_SOURCES:
        names = (*names[: _MOST_SOURCES - 1], f"and {len(names) - _MOST_SOURCES + 1} more")
    root = movement.source.root
    written, _ = root.nearest(root.spelled(loc))
    used = dict.fromkeys(ref.name for ref in event.sources if ref.kind is SourceKind.TAKE)
    return EventReport(
        name=event.id or "",
        op=event.op.op,
        at_s=placed.onset / rate,
        length_s=results.facts(placed.target)["samples"] / rate,
        parameters=event.op.model_dump(mode="json", exclude={"op"}),
        sources=names,
        through=tuple(_step(op.op, op.model_dump(mode="json")) for op in event.through),
        settings=_settings(placed),
        seed=_seed(placed),
        takes=tuple(_take(name, movement.takes[name]) for name in used),
        origins=provenance.of_part(placed.target),
        where=str(movement.locate(loc)),
        yaml=f"- {flow(written.value)}",
    )


def _step(name: str, parameters: dict[str, Any]) -> str:
    """An operation that the result goes through, with what it has been given."""
    given = {key: value for key, value in parameters.items() if key != "op" and value is not None}
    return f"{name} ({as_text(given)})" if given else name


def _settings(placed: PlacedEvent) -> dict[str, object]:
    """What the event has beside its operation, where it is not the default."""
    event = placed.event
    curves = {"gain_db": event.gain_db, "pan": event.pan}
    found: dict[str, object] = {
        name: "moves" if curve.is_moving else curve.written() for name, curve in curves.items()
    }
    found |= {"fade_in_s": event.fade_in_s, "fade_out_s": event.fade_out_s}
    return {name: value for name, value in found.items() if value}


def _seed(placed: PlacedEvent) -> str:
    """What names the random numbers of the event."""
    event = placed.event
    if event.seed is not None:
        return str(event.seed)
    return f"that of the piece, with the {'id' if event.id else 'content'} of the event"


def _take(name: str, take: Take) -> str:
    """A take in one line: model, step and seed, as the score has them."""
    step = "the last step" if take.step is None else f"step {take.step}"
    seed = "a seed from that of the piece" if take.seed is None else f"seed {take.seed}"
    return f"{name}: {take.model} at {step}, {seed}"
