"""Events: one operation placed in time, written as `{ at: …, hold: { from: …, … } }`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import Field, SerializeAsAny, ValidationInfo, model_validator

from approx_build.ops.base import OPS, GrainOp
from approx_build.score.curve import Curve, EventGain, EventPan
from approx_build.score.source_ref import SourceRef
from approx_build.score.time import Moment
from approx_build.yaml_source import Problems, choices, suggestion
from approx_build.yaml_source.fields import MOST, Name, Seed, Strict
from approx_build.yaml_source.messages import shown
from approx_build.yaml_source.node import Loc, Value

BESIDE = ("from", "clip")
"""What stands among an event's operation's parameters and belongs to the event."""


MOST_THROUGH = 64
"""Most operations that a result goes through."""


class Placement(Strict):
    """When an event sounds, how loud and where: all but its operation."""

    at: Moment = Field(description="start: seconds, m:ss.mmm or bar N.B")
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

    @model_validator(mode="wrap")
    @classmethod
    def _read(cls, data: Any, handler: Any, info: ValidationInfo) -> Event:
        # Pydantic also calls this when a model that contains events is made from models.
        if isinstance(data, Event):
            return data
        problems = Problems(info.context)
        if not isinstance(data, dict):
            problems.add((), f"needs named fields, is {shown(data)}")
            problems.close()
        own = {key: data[key] for key in data if key in Placement.model_fields}
        placement = problems.attempt((), Placement, own)
        name = _operation(data, problems)
        call = _call(name, data[name], problems) if name else None
        through = _chain(data.get("through", []), problems)
        problems.close()
        assert placement is not None
        assert call is not None
        fields = {key: getattr(placement, key) for key in Placement.model_fields}
        op, sources = call
        # All fields were validated above.
        return cls.model_construct(
            placement.model_fields_set | {"op", "sources", "through"},
            **fields,
            op=op,
            sources=sources,
            through=through,
        )


def _operation(data: dict[str, Value], problems: Problems) -> str | None:
    """The one operation of an event's fields; other unknown fields are problems."""
    named = [key for key in data if key in OPS]
    known = [*Placement.model_fields, "through"]
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


def _call(
    name: str, data: Value, problems: Problems
) -> tuple[GrainOp | None, tuple[SourceRef, ...]]:
    """The operation and its sources from `{ from: …, clip: …, parameters }`."""
    if not isinstance(data, dict):
        problems.add((name,), f"needs fields such as {{ from: NAME }}, is {shown(data)}")
        return None, ()
    op = _op(name, (name,), {k: v for k, v in data.items() if k not in BESIDE}, problems, BESIDE)
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
        source = problems.attempt(loc, SourceRef, item)
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


def _chain(data: Value, problems: Problems) -> tuple[GrainOp, ...]:
    """The operations of `through: [ reverse, { stretch: { factor: 2 } } ]`."""
    if not isinstance(data, list):
        problems.add(("through",), f"needs a list of operations, is {shown(data)}")
        return ()
    if len(data) > MOST_THROUGH:
        problems.add(("through",), f"takes at most {MOST_THROUGH} operations (has {len(data)})")
        return ()
    ops = [_link(item, ("through", index), problems) for index, item in enumerate(data)]
    return tuple(op for op in ops if op)


def _link(item: Value, loc: Loc, problems: Problems) -> GrainOp | None:
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
    return _op(name, here, {} if parameters is None else parameters, problems)


def _op(
    name: str, loc: Loc, data: Value, problems: Problems, beside: Sequence[str] = ()
) -> GrainOp | None:
    cls = OPS.get(name)
    # `op` is the tag by which models are told apart, not a field of scores.
    if isinstance(data, dict) and "op" in data:
        problems.add((*loc, "op"), "unknown field; the operation is already given", is_key=True)
        return None
    names = [*beside, *(field for field in cls.model_fields if field != "op")]
    return problems.attempt(loc, cls, data, names)
