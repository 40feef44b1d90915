"""A number or breakpoints: which of the two is validated, and their order."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import BaseModel, Field, ValidationError

from approx_build.yaml_source.breakpoints import NumberOrList, check_order, points

Level = Annotated[float, Field(ge=0)]


class Model(BaseModel):
    level: NumberOrList[Level, tuple[tuple[float, Level], ...]]


@pytest.mark.parametrize(
    ("value", "place"), [(-1, ("level", "number")), ([[0, 1], [2, -1]], ("level", "list", 1, 1))]
)
def test_only_the_faults_of_a_number_or_of_a_list_are_reported(
    value: object, place: tuple[str | int, ...]
) -> None:
    with pytest.raises(ValidationError) as caught:
        Model(level=value)  # type: ignore[arg-type]
    assert [fault["loc"] for fault in caught.value.errors()] == [place]


def test_a_number_counts_as_one_breakpoint() -> None:
    assert points(2.5) == ((0.0, 2.5),)
    assert points(((1.0, 2.0), (3.0, 4.0))) == ((1.0, 2.0), (3.0, 4.0))


@pytest.mark.parametrize("at_s", [1.0, 0.5])
def test_each_breakpoint_must_be_after_the_one_before(at_s: float) -> None:
    words = f"scale: breakpoints must follow each other ({at_s:g} s is not after 1 s)"
    with pytest.raises(ValueError, match="breakpoints") as caught:
        check_order(((1.0, 0.0), (at_s, 0.0)), "scale")
    assert str(caught.value) == words
    for curve in (None, 3.0, ((0.0, 1.0), (0.5, 1.0))):
        check_order(curve)
