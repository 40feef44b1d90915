"""Controls: operations of one kind each, with curves whose breakpoints follow each other."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from approx_build.families.rave.sampling import LatentChange, Sampling


@pytest.mark.parametrize(
    "given",
    [
        {"axis": 1, "offset": 2},
        {"axis": 3, "scale": [[0, 1], [2, -1]], "offset": [[0, 0]], "walk": 0.5},
        {"hold": {"at_s": 1, "for_s": 2}},
        {"smooth_s": 0.5},
        {"blend": [[0, 0], [4, 1]]},
    ],
)
def test_operations_survive_a_round_trip_through_json(given: dict[str, object]) -> None:
    sampling = Sampling.model_validate({"latent": [given]})
    assert Sampling.model_validate_json(sampling.model_dump_json()) == sampling


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"axis": 1},
        {"offset": 1},
        {"axis": 1, "offset": 1, "smooth_s": 1},
        {"smooth_s": 1, "blend": 0.5},
    ],
)
def test_an_operation_does_exactly_one_thing(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="operation"):
        LatentChange.model_validate(given)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"axis": 1, "offset": [[1, 0], [1, 2]]}, "breakpoints must follow each other"),
        ({"blend": 1.5}, "less than or equal to 1"),
        ({"axis": 1, "offset": float("nan")}, "finite"),
        ({"axis": 1, "scale": []}, "at least 1"),
    ],
)
def test_curves_are_within_bounds_and_in_order(given: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        LatentChange.model_validate(given)
