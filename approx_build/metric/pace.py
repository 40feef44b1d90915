"""Paces: how many steps pass in how many seconds, when a step is a length and the tempo moves.

A tempo map changes its tempo in straight lines, so steps are piecewise quadratic in time. A pace
holds these pieces as floats, which an operation can compute with: + − × ÷ and square roots alone,
the same bits on every machine.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import isfinite, sqrt
from operator import attrgetter, itemgetter
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from approx_build.metric.tempo import MeterSpan, TempoMap, last
from approx_build.metric.time import Time, Unit, duration

Span = tuple[float, float, float, float]
"""From a time in seconds and a number of steps on: steps per second, and the change of that."""
QUARTER = Time(Unit.NOTES, Fraction(1, 4))
_PER_METER = (Unit.BARS, Unit.BEATS)


@dataclass(frozen=True, slots=True)
class Pace:
    """Steps over time, counted from 0; `spans` are in order, and the last has no end."""

    spans: tuple[Span, ...]

    @classmethod
    def steady(cls, rate_hz: float) -> Pace:
        """So many steps per second throughout."""
        return cls(((0.0, 0.0, rate_hz, 0.0),))

    @classmethod
    def moving(cls, rates: Sequence[tuple[float, float]]) -> Pace:
        """Steps per second by breakpoints (seconds, rate): straight lines between them."""
        points = [(0.0, rates[0][1]), *(point for point in rates if point[0] > 0)]
        spans, steps = list[Span](), 0.0
        for (start, first), (stop, second) in pairwise(points):
            if stop == start:
                continue  # a jump
            spans.append((start, steps, first, (second - first) / (stop - start)))
            steps += (first + second) / 2 * (stop - start)
        return cls((*spans, (points[-1][0], steps, points[-1][1], 0.0)))

    @property
    def is_steady(self) -> bool:
        """Whether all steps are equally long."""
        return len(self.spans) == 1 and not self.spans[0][3]

    def seconds(self, steps: float) -> float:
        """When so many steps have passed."""
        start, before, rate, change = self._span(steps, 1)
        past = steps - before
        # The root is of a rate squared; rounding must not make it negative at a rate near 0.
        return start + 2 * past / (rate + sqrt(max(rate * rate + 2 * change * past, 0.0)))

    def steps(self, seconds: float) -> float:
        """How many steps have passed."""
        start, before, rate, change = self._span(seconds, 0)
        past = seconds - start
        return before + (rate + change * past / 2) * past

    def rate_hz(self, seconds: float) -> float:
        """Steps per second at a moment."""
        start, _, rate, change = self._span(seconds, 0)
        return rate + change * (seconds - start)

    def _span(self, value: float, column: int) -> Span:
        """The last span that has begun, by its seconds (0) or its steps (1)."""
        return self.spans[max(bisect_right(self.spans, value, key=itemgetter(column)) - 1, 0)]


@dataclass(frozen=True, slots=True)
class Start:
    """Where an event begins: `at` by the score, and `sample`, the time of its first sample.

    Both in seconds, exactly. Under a moving tempo, onsets are counted from the first, and rounded
    from the second, so that they are nearest to the moments of the tempo map.
    """

    tempo: TempoMap
    at: Fraction
    sample: Fraction

    def pace(self, step: Time, length_s: float | None = None, count: int | None = None) -> Pace:
        """Steps of the length `step`, for `length_s` seconds or `count` steps: no later tempo.

        ValueError if a step has no length in some meter, or mixes seconds with notes.
        """
        if step.is_seconds:
            return Pace.steady(1 / float(_positive(TempoMap().length(step), step)))
        tempo, spans, steps = self.tempo, list[Span](), Fraction(0)
        quarters, seconds = tempo.quarters(self.at), self.at
        stop = None if length_s is None else self.at + Fraction(length_s)
        while (stop is None or seconds < stop) and (count is None or steps < count or not spans):
            length = _quarters(step, last(tempo.meters, quarters, "start"))
            mark = last(tempo.tempos, quarters, "start")
            bpm = mark.bpm + mark.slope * (seconds - mark.start_s)
            rate, change = bpm / 60 / length, mark.slope / 60 / length
            span = (float(seconds - self.sample), float(steps), float(rate), float(change))
            # A mark that changes nothing is no span, and so in no key.
            if not (spans and not change and spans[-1][2:] == span[2:]):
                spans.append(span)
            following = self._change_after(quarters, step)
            if following is None:
                break
            steps += (following - quarters) / length
            quarters, seconds = following, tempo.at_quarters(following)
        pace = Pace(tuple(spans))
        # Without a change of tempo, an event sounds the same wherever it begins.
        return Pace(((0.0, *spans[0][1:]),)) if pace.is_steady else pace

    def _change_after(self, quarters: Fraction, step: Time) -> Fraction | None:
        """Where the tempo changes next, or the meter if a step depends on it; None if never."""
        has_meter = any(each.unit in _PER_METER for each in (step, *step.then))
        found = list[Fraction]()
        for spans in (self.tempo.tempos, self.tempo.meters if has_meter else ()):
            index = bisect_right(spans, quarters, key=attrgetter("start"))
            found += [span.start for span in spans[index : index + 1]]
        return min(found, default=None)


def _quarters(step: Time, meter: MeterSpan) -> Fraction:
    """Quarters in a step; ValueError if there are none."""
    total = Fraction(0)
    for each in (step, *step.then):
        match each.unit:
            case Unit.NOTES:
                total += 4 * each.amount
            case Unit.BEATS:
                total += meter.beat * each.amount
            case Unit.BARS:
                total += meter.length * each.amount
            case _:
                raise ValueError(f"'{step}' adds seconds to notes; a step needs one or the other")
    return _positive(total, step)


def _positive(length: Fraction, step: Time) -> Fraction:
    if length <= 0:
        raise ValueError(f"a step must be longer than nothing (is '{step}')")
    return length


def _step(value: Any) -> Time | Pace:
    """A step as a score gives it, or as the key of an event has it."""
    if isinstance(value, Time | Pace):
        return value
    if not isinstance(value, dict):
        step = duration(value)
        _positive(step.amount, step)
        return step
    spans = value.get("pace")
    if not isinstance(spans, list) or not spans or set(value) != {"pace"}:
        raise ValueError("needs a length such as 1/16")
    if not all(isinstance(span, list) and len(span) == 4 for span in spans):
        raise ValueError("needs spans of 4 numbers")
    read: list[Span] = [(float(a), float(b), float(c), float(d)) for a, b, c, d in spans]
    if not all(isfinite(number) for span in read for number in span) or read[0][2] <= 0:
        raise ValueError("needs rates above 0")
    return Pace(tuple(read))


def _written(step: Time | Pace | None) -> Any:
    return {"pace": [list(span) for span in step.spans]} if isinstance(step, Pace) else str(step)


Step = Annotated[
    Time | Pace,
    PlainValidator(_step),
    PlainSerializer(_written),
    WithJsonSchema({"type": ["number", "string"], "minimum": 0, "examples": ["1/16", "1 beat"]}),
]
"""The length of a step: as in a score, or as a pace."""
