"""Events: one operation placed in time, written as `{ at: …, hold: { from: …, … } }`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from typing import Any

from pydantic import Field, PrivateAttr, SerializeAsAny, ValidationInfo, model_validator

from approx_build.metric.time import Moment, Time, Unit
from approx_build.ops.base import OPS, GrainOp
from approx_build.score.calls import Reading, read_call, read_chain
from approx_build.score.curve import Curve, EventGain, EventPan
from approx_build.score.event_times import length_until, start_of
from approx_build.score.lengths import Measure, Timing, Written, attempt, without_tempo
from approx_build.score.source_ref import SourceRef
from approx_build.yaml_source import Problems, suggestion
from approx_build.yaml_source.fields import Name, Seed, Strict, Text
from approx_build.yaml_source.messages import shown
from approx_build.yaml_source.node import Value
from approx_build.yaml_source.spelling import with_choices


class Placement(Strict):
    """When an event sounds, how loud and where: all but its operation."""

    at: Moment = Field(description="start: seconds, m:ss.mmm, bar N.B or a section")
    after: Text | None = Field(
        None, description="instead of at: the id of an event after whose end it starts, as a + 0.5"
    )
    until: Moment | None = Field(
        None, description="instead of a length of the operation: when its result ends"
    )
    id: Name | None = Field(
        None, description="a name; the event keeps its random numbers when its parameters change"
    )
    gain_db: EventGain = Field(
        Curve.constant(0.0), description="level, dB; or breakpoints, times from its start"
    )
    pan: EventPan = Field(
        Curve.constant(0.0),
        description="place, -1 left to 1 right; or breakpoints, times from its start",
    )
    fade_in_s: float = Field(0.0, ge=0, le=3600, description="fade-in, seconds")
    fade_out_s: float = Field(0.0, ge=0, le=3600, description="fade-out, seconds")
    mute: bool = Field(False, description="leave the event out")
    seed: Seed | None = Field(None, description="new random numbers for this event only")


class Event(Placement):
    """One operation on one or more sources, perhaps sent through others, placed in time."""

    op: SerializeAsAny[GrainOp] = Field(
        description="the operation, from the field that has its name"
    )
    sources: tuple[SourceRef, ...] = Field(
        description="the sources of the operation, from its field `from`"
    )
    through: tuple[SerializeAsAny[GrainOp], ...] = Field(
        (), description="operations applied to its result"
    )

    _written: dict[str, Written] = PrivateAttr(default_factory=dict)
    _start: Fraction | None = PrivateAttr(None)

    # A private field of pydantic takes long to read, and this is read often.
    @cached_property
    def start(self) -> Fraction | None:
        """When it begins, seconds; None if it was read without a tempo."""
        return self._start

    def written(self, place: str) -> Written:
        """What is written for fields in seconds that depend on the tempo.

        `place` is "op", or "from" or "through" with an index, as in "through 0".
        """
        return self._written.get(place, {})

    @model_validator(mode="wrap")
    @classmethod
    def _read(cls, data: Any, handler: Any, info: ValidationInfo) -> Event:
        # Pydantic also calls this when a model that contains events is made from models.
        if isinstance(data, Event):
            return data
        if not isinstance(info.context, Timing):
            return cls._new(data, info.context)
        # The end of an event may be needed before the event's turn, and generators add to a
        # movement that was read.
        written, known = json.dumps(data), info.context.known
        found = known.get(written)
        if not isinstance(found, Event):
            found = known[written] = cls._new(data, info.context)
        return found

    @classmethod
    def _new(cls, data: Any, context: Any) -> Event:
        problems = Problems(context)
        if not isinstance(data, dict):
            problems.add((), f"needs named fields, is {shown(data)}")
            problems.close()
        start = start_of(data, context, problems)
        timing = context if isinstance(context, Timing) else None
        reading = Reading(problems, _measure_from(start, context))
        own = {key: data[key] for key in data if key in Placement.model_fields or key in _LENGTHS}
        if "after" in own:
            own["at"] = 0
        placement, _ = attempt(Placement, own, reading.measure, problems, ())
        name = _operation(data, problems)
        if name and "until" in data and timing and start is not None:
            length = length_until(data, OPS.get(name), start, timing.tempo, problems)
            if length is not None:
                data = {**data, name: {**data[name], "length_s": length}}
                reading.written["op"] = {"length_s": f"until {data['until']}"}
        call = read_call(name, data[name], reading) if name else None
        through = read_chain(data.get("through", []), reading)
        problems.close()
        assert placement is not None
        assert call is not None
        fields = {key: getattr(placement, key) for key in Placement.model_fields}
        if "after" in own and start is not None:
            fields["at"] = Time(Unit.SECONDS, start)
        op, sources = call
        # All fields were validated above.
        event = cls.model_construct(
            placement.model_fields_set | {"op", "sources", "through"},
            **fields,
            op=op,
            sources=sources,
            through=through,
        )
        event._written, event._start = reading.written, start
        return event


def measure_of_event(data: Mapping[str, Value], context: object, problems: Problems) -> Measure:
    """Lengths from where an event or a generator begins by its field `at`."""
    return _measure_from(start_of({"at": data.get("at")}, context, problems), context)


def _measure_from(start: Fraction | None, context: object) -> Measure:
    if not isinstance(context, Timing):
        return without_tempo
    return context.tempo.lengths(start or Fraction(0))


_LENGTHS = {name.removesuffix("_s") for name in Placement.model_fields if name.endswith("_s")}


def _operation(data: dict[str, Value], problems: Problems) -> str | None:
    """The one operation of an event's fields; other unknown fields are problems."""
    named = [key for key in data if key in OPS]
    known = [*Placement.model_fields, *_LENGTHS, "through"]
    strangers = [key for key in data if key not in OPS and key not in known]
    for second in named[1:]:
        message = (
            f"an event has only one operation, and '{named[0]}' is another; put it in 'through'"
        )
        problems.add((second,), message, is_key=True)
    for key in strangers:
        # With an operation, any other name must be a field; without one, a name with a mapping is
        # probably a misspelt operation.
        is_field = bool(named) or (suggestion(key, known) and not isinstance(data[key], dict))
        message = "unknown field" if is_field else f"unknown operation {shown(key)}"
        names = [*known, *OPS.names()] if is_field else OPS.names()
        problems.add((key,), with_choices(message, key, names), is_key=True)
    if not named and not strangers:
        problems.add((), f"needs an operation, one of: {', '.join(OPS.names())}")
    return named[0] if named else None
