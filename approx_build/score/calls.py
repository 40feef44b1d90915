"""Calls: the operation of an event with its sources, and the chain that its result goes through."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel, Field

from approx_build.ops.base import OPS, GrainOp
from approx_build.score.lengths import Measure, Written, attempt
from approx_build.score.source_ref import SourceKind, SourceRef
from approx_build.yaml_source import Problems
from approx_build.yaml_source.corrections import with_advice
from approx_build.yaml_source.fields import MOST, Strict
from approx_build.yaml_source.messages import shown
from approx_build.yaml_source.node import Loc, Value
from approx_build.yaml_source.spelling import with_choices
from approx_build.yaml_source.tables import flow

M = TypeVar("M", bound=BaseModel)
BESIDE = ("from", "clip", "start_s")
"""Fields of an event that are written among the parameters of its operation.

`start_s` is one for operations without such a parameter: the start in each source.
"""


class _Start(Strict):
    start_s: float = Field(0.0, ge=0, le=86_400)


MOST_THROUGH = 64
"""Most operations that a result goes through."""


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


def read_call(
    name: str, data: Value, reading: Reading
) -> tuple[GrainOp | None, tuple[SourceRef, ...]]:
    """The operation and its sources from `{ from: …, clip: …, parameters }`."""
    problems = reading.problems
    if not isinstance(data, dict):
        words = f"needs fields such as {{ from: NAME }}, is {shown(data)}"
        is_name = isinstance(data, str) and re.fullmatch(r"[\w/-]+", data)
        words = with_advice(words, f"{{ from: {data} }}") if is_name else words
        problems.add((name,), words)
        return None, ()
    beside = tuple(key for key in BESIDE if key not in OPS.get(name).model_fields)
    also = {key.removesuffix("_s") for key in beside} | {*beside}
    own = {key: value for key, value in data.items() if key not in also}
    op = _op(name, "op", (name,), _sourced(name, own, problems), reading, beside)
    kinds = [kind.value for kind in SourceKind if kind.value in data]
    if "from" not in data and len(kinds) == 1:
        # The name that is written in place of `from` is reported with the way to write it.
        return op, ()
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
    sources = _with_start(name, data, sources, reading) if "start_s" in beside else sources
    return op, _with_clip(name, data, sources, problems)


def _sourced(name: str, own: dict[str, Value], problems: Problems) -> dict[str, Value]:
    """The fields of an operation without those of its source, which are problems."""
    found = dict(own)
    for key in [key for key in own if key in SourceRef.model_fields or key == "length"]:
        fields = OPS.get(name).model_fields
        if key in fields or f"{key}_s" in fields:
            continue
        value = found.pop(key)
        if key in ("length", "length_s"):
            words = f"{name} lasts as long as its source; write from: {{ …, {key}: {flow(value)} }}"
        else:
            words = f"belongs to a source; write from: {{ {key}: {flow(value)} }}"
        problems.add((name, key), words, is_key=True)
    return found


def _with_start(
    name: str, data: dict[str, Value], sources: list[SourceRef], reading: Reading
) -> list[SourceRef]:
    """The sources, `start_s` beside `from` given to those that have none."""
    given: Value = {key: data[key] for key in ("start", "start_s") if key in data}
    start = reading.attempt("start", _Start, (name,), given) if given else None
    if start is None:
        return sources
    return [
        source
        if "start_s" in source.model_fields_set
        else source.model_copy(update={"start_s": start.start_s})
        for source in sources
    ]


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
        words = f"needs a list of operations, is {shown(data)}"
        if isinstance(data, str) and data in OPS:
            words = with_advice(words, f"[{data}]")
        elif isinstance(data, dict):
            words += f"; write [{flow(data)}]"
        problems.add(("through",), words)
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
        words = f"needs one operation, as in {{ reverse: {{}} }}, is {shown(item)}"
        given = fields if isinstance(fields, dict) else {}
        names = [name for name in given if name in OPS]
        if len(names) == 1:
            rest = {key: given[key] for key in given if key != names[0]}
            words += f"; write {{ {names[0]}: {flow(rest)} }}"
        elif names:
            words += f"; write {', '.join(f'{{ {name}: … }}' for name in names)}"
        problems.add(loc, words)
        return None
    [(name, parameters)] = fields.items()
    here = loc if isinstance(item, str) else (*loc, name)
    if name not in OPS:
        words = with_choices(f"unknown operation {shown(name)}", name, OPS.names())
        problems.add(here, words, is_key=True)
        return None
    if isinstance(parameters, dict) and (sources := {"from", "clip"} & parameters.keys()):
        for key in sorted(sources):
            message = "an operation in 'through' works on the result of the one before it; remove "
            problems.add((*loc, name, key), f"{message}'{key}'", is_key=True)
        parameters = {key: parameters[key] for key in parameters if key not in sources}
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
