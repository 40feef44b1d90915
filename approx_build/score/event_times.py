"""When an event begins and ends by its fields `at`, `after` and `until`, while it is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from fractions import Fraction

from approx_build.metric.tempo import TempoMap
from approx_build.metric.time import moment
from approx_build.ops.base import GrainOp
from approx_build.score.lengths import Timing
from approx_build.yaml_source import Problems
from approx_build.yaml_source.messages import words_of
from approx_build.yaml_source.node import Value


def start_of(data: Mapping[str, Value], context: object, problems: Problems) -> Fraction | None:
    """When an event begins, seconds; None if nothing tells, which is a problem already."""
    if not isinstance(context, Timing):
        return None
    if "after" in data:
        if "at" in data:
            problems.add(("after",), "'at' and 'after' are given; give one of them", is_key=True)
            return None
        return problems.call(("after",), context.after, data["after"])
    try:
        at = moment(data.get("at"))
    except ValueError:
        return None  # the model of the placement reports it
    try:
        return context.tempo.seconds(at)
    except ValueError as error:
        if context.is_whole:
            problems.add(("at",), _after_advice(words_of(error), data["at"], context))
    return None


def _after_advice(words: str, at: Value, context: Timing) -> str:
    """`words` about a moment that is none, and how to begin after an event if it names one."""
    if isinstance(at, str):
        event = re.sub("^after +", "", at.strip())
        with suppress(ValueError):
            context.after(event)
            return f"{words}; to begin after that event write 'after: {event}' in place of 'at'"
    return words


def length_until(
    data: Mapping[str, Value],
    op: type[GrainOp],
    start: Fraction,
    tempo: TempoMap,
    problems: Problems,
) -> float | None:
    """Seconds from `start` to the moment `until`; None if the operation takes no length from it."""
    name, written = str(op.model_fields["op"].default), data["until"]
    fields = data[name]
    if not isinstance(fields, dict):
        return None
    given = next((key for key in ("length", "length_s") if key in fields), None)
    if "length_s" not in op.model_fields:
        problems.add(("until",), f"{name} has no length of its own; give its source a length")
        return None
    if given:
        problems.add(("until",), f"'until' and '{given}' are given; give one of them", is_key=True)
        return None
    stop = problems.call(("until",), lambda value: tempo.seconds(moment(value)), written)
    if stop is not None and stop > start:
        return float(stop - start)
    if stop is not None:
        problems.add(("until",), f"must be after the event's start (is {written})")
    # So that the length is not reported as missing.
    return 1.0
