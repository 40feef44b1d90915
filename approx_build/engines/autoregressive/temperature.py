"""Temperature over a take: a number, or breakpoints [seconds, temperature]."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Discriminator, Field, Tag

from approx_build.audio.curve import Curve

Points = tuple[tuple[float, float], ...]
"""(seconds, temperature) pairs."""
_Seconds = Annotated[float, Field(ge=0, le=3600)]
_Degree = Annotated[float, Field(ge=0, le=10)]


def _kind(value: Any) -> str:
    return "curve" if isinstance(value, list | tuple) else "number"


def _rising(points: Points) -> Points:
    for (before, _), (after, _) in pairwise(points):
        if after < before:
            raise ValueError(f"times run backwards ({after:g} s after {before:g} s)")
    return points


_Curve = Annotated[
    tuple[tuple[_Seconds, _Degree], ...],
    Field(min_length=1, max_length=10_000),
    AfterValidator(_rising),
]
TemperatureLike = Annotated[
    Annotated[_Degree, Tag("number")] | Annotated[_Curve, Tag("curve")], Discriminator(_kind)
]
"""A number, or breakpoints joined by straight lines."""


def temperatures(
    temperature: float | Points, rate: int, length: int, first: int = 0
) -> float | NDArray[np.float64]:
    """The temperature of samples `first` to `first + length` of a take: a number, or [length]."""
    if not isinstance(temperature, tuple):
        return temperature
    values = Curve.of(temperature, rate).at(first, first + length)
    return np.broadcast_to(values, (length,))
