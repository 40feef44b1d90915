"""Parameters that may move: a number, or breakpoints `[[seconds, value], …]` over the result.

Straight lines between breakpoints, level before the first and after the last. What a grain does is
decided where it begins.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from itertools import pairwise
from operator import itemgetter
from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field

from approx_build.metric.pace import Pace
from approx_build.ops.base import LONGEST_S
from approx_build.yaml_source.breakpoints import NumberOrCurve, Points
from approx_build.yaml_source.fields import MOST

_Seconds = Annotated[float, Field(ge=0, le=LONGEST_S)]


def _rising(curve: float | Points) -> float | Points:
    if isinstance(curve, tuple):
        for (before, _), (after, _) in pairwise(curve):
            if after < before:
                raise ValueError(f"times run backwards ({after:g} s after {before:g} s)")
    return curve


V = TypeVar("V")
_Curve = Annotated[tuple[tuple[_Seconds, V], ...], Field(min_length=1, max_length=MOST)]
_Semitones = Annotated[float, Field(ge=-48, le=48)]
_Rate = Annotated[float, Field(ge=0.001, le=2000)]
_Grain = Annotated[float, Field(ge=0.001, le=2)]
_LongGrain = Annotated[float, Field(ge=0.001, le=60)]
_SaladGrain = Annotated[float, Field(ge=0.01, le=60)]
_Margin = Annotated[float, Field(ge=1, le=100)]
_Factor = Annotated[float, Field(ge=0.1, le=20)]

Semitones = Annotated[NumberOrCurve[_Semitones, _Curve[_Semitones]], AfterValidator(_rising)]
"""How much higher, semitones."""
Rate = Annotated[NumberOrCurve[_Rate, _Curve[_Rate]], AfterValidator(_rising)]
"""Grains, steps or onsets per second."""
GrainLength = Annotated[NumberOrCurve[_Grain, _Curve[_Grain]], AfterValidator(_rising)]
"""Duration of a grain, seconds."""
LongGrainLength = Annotated[NumberOrCurve[_LongGrain, _Curve[_LongGrain]], AfterValidator(_rising)]
"""Duration of a grain that may be long, seconds."""
SaladGrainLength = Annotated[
    NumberOrCurve[_SaladGrain, _Curve[_SaladGrain]], AfterValidator(_rising)
]
"""Duration of a grain of a salad, seconds."""
Margin = Annotated[NumberOrCurve[_Margin, _Curve[_Margin]], AfterValidator(_rising)]
"""By what factor one part of a sound must exceed the other."""
Factor = Annotated[NumberOrCurve[_Factor, _Curve[_Factor]], AfterValidator(_rising)]
"""How many times as long; times are those of the clip, not of the result."""


def at(curve: float | Points, seconds: float) -> float:
    """The value at a moment of the result."""
    if not isinstance(curve, tuple):
        return curve
    index = bisect_right(curve, seconds, key=itemgetter(0))
    if index in (0, len(curve)):
        return curve[max(index - 1, 0)][1]
    (start, first), (stop, second) = curve[index - 1], curve[index]
    return first + (second - first) * ((seconds - start) / (stop - start))


def extremes(curve: float | Points) -> tuple[float, float]:
    """The smallest and the largest value."""
    values = [value for _, value in curve] if isinstance(curve, tuple) else [curve]
    return min(values), max(values)


# An operation asks for it once a step.
@lru_cache(maxsize=64)
def pace_of(rate_hz: Points) -> Pace:
    """Steps over time at a rate that moves."""
    return Pace.moving(rate_hz)
