"""Values that may change: a number, or breakpoints `[[seconds, value], …]`."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, TypeVar

from pydantic import Discriminator, Tag

Points = tuple[tuple[float, float], ...]
"""(seconds, value) pairs."""
N = TypeVar("N")
L = TypeVar("L")


CURVE = "curve"
"""The tag of breakpoints, whose times may be lengths of any kind in a score."""


def _list(value: Any) -> str:
    return "list" if isinstance(value, list | tuple) else "number"


def _curve(value: Any) -> str:
    return CURVE if isinstance(value, list | tuple) else "number"


# For a union without tags, pydantic would report a fault once for each alternative.
NumberOrList = Annotated[
    Annotated[N, Tag("number")] | Annotated[L, Tag("list")], Discriminator(_list)
]
"""A number of type `N`, or a list of type `L`."""
NumberOrCurve = Annotated[
    Annotated[N, Tag("number")] | Annotated[L, Tag(CURVE)], Discriminator(_curve)
]
"""A number of type `N`, or breakpoints of type `L`."""


def points(curve: float | Points) -> Points:
    """The breakpoints of a curve; a number counts as one."""
    return curve if isinstance(curve, tuple) else ((0.0, curve),)


def check_order(curve: float | Points | None, name: str = "") -> None:
    """ValueError unless each breakpoint is after the one before; `name` begins the message."""
    for (before, _), (after, _) in pairwise(() if curve is None else points(curve)):
        if after <= before:
            order = f"{after:g} s is not after {before:g} s"
            start = f"{name}: " if name else ""
            raise ValueError(f"{start}breakpoints must follow each other ({order})")
