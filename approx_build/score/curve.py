"""Numbers that may move over time: one number, or breakpoints `[[time, value], …]`.

Straight lines between breakpoints (a level in dB moves straight in dB), level before the first
and after the last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from approx_build.metric.time import ZERO, Time, duration, moment
from approx_build.yaml_source import Problems
from approx_build.yaml_source.corrections import number_advice
from approx_build.yaml_source.fields import MOST
from approx_build.yaml_source.messages import shown

Breakpoints = tuple[tuple[float, float], ...]
"""(seconds, value) pairs."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A number over time. Without `is_moving` the one point holds it."""

    points: tuple[tuple[Time, float], ...]
    is_moving: bool = True

    @classmethod
    def constant(cls, value: float) -> Curve:
        """The same number throughout."""
        return cls(((ZERO, value),), is_moving=False)

    @property
    def values(self) -> tuple[float, ...]:
        """The values of the breakpoints."""
        return tuple(value for _, value in self.points)

    def resolved(self, seconds: Callable[[Time], Fraction]) -> float | Breakpoints:
        """A number or breakpoints in seconds, by a function from times to seconds."""
        if not self.is_moving:
            return self.points[0][1]
        return tuple((float(seconds(time)), value) for time, value in self.points)

    def written(self) -> float | list[list[str | float]]:
        """The curve as in a score."""
        if not self.is_moving:
            return self.points[0][1]
        return [[str(time), value] for time, value in self.points]


def value_at(curve: float | Breakpoints, seconds: float) -> float:
    """The value of a resolved curve at `seconds`."""
    if isinstance(curve, int | float):
        return float(curve)
    before = [point for point in curve if point[0] <= seconds] or [curve[0]]
    after = [point for point in curve if point[0] > seconds] or [curve[-1]]
    (left_s, left), (right_s, right) = before[-1], after[0]
    if right_s <= left_s or seconds <= left_s:
        return left
    return left + (right - left) * (seconds - left_s) / (right_s - left_s)


@dataclass(frozen=True, slots=True)
class CurveReader:
    """Reads a curve whose values lie between `low` and `high`, its times by `time`."""

    time: Callable[[object], Time]
    low: float
    high: float
    field: str = ""

    def __call__(self, value: object) -> Curve:
        """The curve written as `value`; all that is wrong with it at once."""
        if not isinstance(value, list | tuple):
            return Curve.constant(self._number(value, "a number or [[time, value], …]"))
        if not value:
            raise ValueError("needs at least one [time, value] pair")
        if len(value) > MOST:
            raise ValueError(f"takes at most {MOST} pairs (has {len(value)})")
        problems = Problems()
        points = [self._point(pair, (index,), problems) for index, pair in enumerate(value)]
        # Raises if a point is missing, so the filter below removes none.
        problems.close()
        return Curve(tuple(point for point in points if point))

    def _point(
        self, pair: object, loc: tuple[int], problems: Problems
    ) -> tuple[Time, float] | None:
        if not isinstance(pair, Sequence) or isinstance(pair, str) or len(pair) != 2:
            words = f"needs a pair [time, value], is {shown(pair)}"
            if isinstance(pair, list | tuple) and len(pair) in (3, 4):
                words += "; a decimal has a point, as 2.5, because a comma begins the next item"
            problems.add(loc, words)
            return None
        time = problems.call((*loc, 0), self.time, pair[0])
        number = problems.call((*loc, 1), self._number, pair[1])
        return None if time is None or number is None else (time, number)

    def _number(self, value: object, needed: str = "a number") -> float:
        # `bool` is a subclass of `int`, and `true` is no level.
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(number_advice(f"needs {needed}, is {shown(value)}", self.field, value))
        if not self.low <= value <= self.high:
            words = f"must lie from {self.low:g} to {self.high:g} (is {shown(value)})"
            is_percent = self.field == "pan" and 10 <= abs(value) <= 100
            raise ValueError(f"{words}; write {value / 100:g}" if is_percent else words)
        return float(value)


def _annotated(reader: CurveReader) -> tuple[Any, ...]:
    number = {"type": "number", "minimum": reader.low, "maximum": reader.high}
    point = {
        "type": "array",
        "prefixItems": [{"type": ["number", "string"]}, number],
        "minItems": 2,
        "maxItems": 2,
    }
    schema = {"anyOf": [number, {"type": "array", "items": point, "minItems": 1, "maxItems": MOST}]}
    return (
        PlainValidator(reader),
        PlainSerializer(lambda curve: curve.written()),
        WithJsonSchema(schema),
    )


EventGain = Annotated[Curve, *_annotated(CurveReader(duration, -120, 40, "gain_db"))]
"""Level over an event, dB; times from the event's start."""
EventPan = Annotated[Curve, *_annotated(CurveReader(duration, -1, 1, "pan"))]
"""Place over an event, -1 left to 1 right; times from the event's start."""
PartGain = Annotated[Curve, *_annotated(CurveReader(moment, -120, 40, "gain_db"))]
"""Level over a part, dB; times from the movement's start."""
PartPan = Annotated[Curve, *_annotated(CurveReader(moment, -1, 1, "pan"))]
"""Place over a part, -1 left to 1 right; times from the movement's start."""
