"""Events: one operation placed in time, written as `{ at: …, hold: { from: …, … } }`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any, TypeVar

from pydantic import BaseModel, Field, PrivateAttr, SerializeAsAny, ValidationInfo, model_validator

from approx_build.metric.time import Moment, Time, Unit
from approx_build.ops.base import OPS, GrainOp
from approx_build.score.curve import Curve, EventGain, EventPan
from approx_build.score.event_times import length_until, start_of
from approx_build.score.lengths import Measure, Timing, Written, attempt, without_tempo
from approx_build.score.source_ref import SourceRef
from approx_build.yaml_source import Problems, choices, suggestion
from approx_build.yaml_source.fields import MOST, Name, Seed, Strict, Text
from approx_build.yaml_source.messages import shown
from approx_build.yaml_source.node import Loc, Value

M = TypeVar("M", bound=BaseModel)
BESIDE = ("from", "clip")
"""Fields of an event that are written among the parameters of its operation."""


MOST_THROUGH = 64
"""Most operations that a result goes through."""


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
        call = _call(name, data[name], reading) if name else None
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


@dataclass
class Reading:
    """What the parts of an event or a generator share while it is read."""

    problems: Problems
    measure: Measure
    written: dict[str, Written] = field(default_factory=dict)

    def attempt(
        self, place: str, model: type[M], at: Loc, data: Value, names: Sequence[str] = ()
    ) -> M | None:
        """`data` at `at` as a model; `place` is how `Event.written` calls it."""
        found, written = attempt(model, data, self.measure, self.problems, at, names)
        if written:
            self.written.setdefault(place, {}).update(written)
        return found


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
        message += choices(key, [*known, *OPS.names()] if is_field else OPS.names())
        problems.add((key,), message, is_key=True)
    if not named and not strangers:
        problems.add((), f"needs an operation, one of: {', '.join(OPS.names())}")
    return named[0] if named else None


def _call(name: str, data: Value, reading: Reading) -> tuple[GrainOp | None, tuple[SourceRef, ...]]:
    """The operation and its sources from `{ from: …, clip: …, parameters }`."""
    problems = reading.problems
    if not isinstance(data, dict):
        problems.add((name,), f"needs fields such as {{ from: NAME }}, is {shown(data)}")
        return None, ()
    own = {key: value for key, value in data.items() if key not in BESIDE}
    op = _op(name, "op", (name,), own, reading, BESIDE)
    if "from" not in data:
        problems.add((name,), "missing field 'from'")
        return op, ()
    written = data["from"]
    items = written if isinstance(written, list) else [written]
    # Not read at all: ten thousand sources with faults would take long to describe.
    if len(items) > MOST:
        problems.add((name, "from"), f"takes at most {MOST} sources (has {len(items)})")
        return op, ()
    if not items:
        problems.add((name, "from"), "needs at least one source")
    sources = []
    for index, item in enumerate(items):
        loc: Loc = (name, "from", index) if isinstance(written, list) else (name, "from")
        source = reading.attempt(f"from {index}", SourceRef, loc, item)
        if source:
            sources.append(source)
    return op, _with_clip(name, data, sources, problems)


def _with_clip(
    name: str, data: dict[str, Value], sources: Sequence[SourceRef], problems: Problems
) -> tuple[SourceRef, ...]:
    """The sources, `clip` beside `from` given to the takes among them."""
    clip = data.get("clip")
    if clip is None:
        return tuple(sources)
    if isinstance(clip, bool) or not isinstance(clip, int):
        problems.add((name, "clip"), f"needs a whole number, is {shown(clip)}")
    elif clip < 1:
        problems.add((name, "clip"), f"clips count from 1 (is {clip})")
    elif clip > MOST:
        problems.add((name, "clip"), f"a take has at most {MOST} clips (is {clip})")
    elif sources and not any(source.take for source in sources):
        problems.add((name, "clip"), "chooses one clip of a take, and 'from' names no take")
    return tuple(
        # A clip that the source names itself is more specific than the one beside `from`.
        source.model_copy(update={"clip": clip}) if source.take and not source.clip else source
        for source in sources
    )


def read_chain(data: Value, reading: Reading) -> tuple[GrainOp, ...]:
    """The operations of `through: [ reverse, { stretch: { factor: 2 } } ]`."""
    problems = reading.problems
    if not isinstance(data, list):
        problems.add(("through",), f"needs a list of operations, is {shown(data)}")
        return ()
    if len(data) > MOST_THROUGH:
        problems.add(("through",), f"takes at most {MOST_THROUGH} operations (has {len(data)})")
        return ()
    ops = [_link(item, index, reading) for index, item in enumerate(data)]
    return tuple(op for op in ops if op)


def _link(item: Value, index: int, reading: Reading) -> GrainOp | None:
    loc: Loc = ("through", index)
    problems = reading.problems
    fields = {item: None} if isinstance(item, str) else item
    if not isinstance(fields, dict) or len(fields) != 1:
        problems.add(loc, f"needs one operation, as in {{ reverse: {{}} }}, is {shown(item)}")
        return None
    [(name, parameters)] = fields.items()
    here = loc if isinstance(item, str) else (*loc, name)
    if name not in OPS:
        problems.add(
            here, f"unknown operation {shown(name)}{choices(name, OPS.names())}", is_key=True
        )
        return None
    return _op(name, f"through {index}", here, {} if parameters is None else parameters, reading)


def _op(
    name: str, place: str, loc: Loc, data: Value, reading: Reading, beside: Sequence[str] = ()
) -> GrainOp | None:
    cls = OPS.get(name)
    # `op` is the tag by which models are distinguished, not a field of scores.
    if isinstance(data, dict) and "op" in data:
        message = "unknown field; the operation is already given"
        reading.problems.add((*loc, "op"), message, is_key=True)
        return None
    names = [*beside, *(name for name in cls.model_fields if name != "op")]
    return reading.attempt(place, cls, loc, data, names)
