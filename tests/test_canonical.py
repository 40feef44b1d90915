"""Canonical JSON: one text for a value."""

from __future__ import annotations

import json
import math

import pytest

from approx_build.canonical import canonical


def test_names_are_sorted_and_text_is_ascii() -> None:
    assert canonical({"b": [1, "é"], "a": None}) == '{"a":null,"b":[1,"\\u00e9"]}'


def test_whole_numbers_and_floats_stay_apart() -> None:
    assert canonical([1, 1.0, True, 1e22, 0.1]) == "[1,1.0,true,1e+22,0.1]"


def test_negative_zero_is_zero_at_any_depth() -> None:
    assert canonical({"a": [-0.05, {"b": -0.0}]}) == '{"a":[-0.05,{"b":0.0}]}'


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_not_finite_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical({"gain_db": value})


def test_canonical_text_reads_back_to_itself() -> None:
    text = canonical({"x": [1.5, "-0.0", {"y": []}]})
    assert canonical(json.loads(text)) == text
