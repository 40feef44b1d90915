from __future__ import annotations

import json

import pytest

from approx_build.files.json_text import DEEPEST, encoded, parse_json


def nested(depth: int) -> str:
    return "[" * depth + '{"a": 0}' + "]" * depth


def test_values_are_those_of_json() -> None:
    for value in ({"a": [1, {"b": None}], "c": "x"}, [], 3, "text"):
        assert parse_json(json.dumps(value)) == value
    parse_json(nested(DEEPEST - 1))


@pytest.mark.parametrize("depth", [DEEPEST, 300, 990, 3_000, 1_000_000])
def test_deep_nesting_is_refused_however_deep(depth: int) -> None:
    with pytest.raises(ValueError, match="nested too deep"):
        parse_json(nested(depth))


def test_a_text_that_is_no_json_keeps_its_place() -> None:
    with pytest.raises(json.JSONDecodeError, match="line 2"):
        parse_json("{\n]")


@pytest.mark.parametrize("text", ["Écume — 海", "a\udc80b", "\ud800", "x\u202e"])
def test_any_text_is_written_and_comes_back(text: str) -> None:
    data = encoded(json.dumps({"name": text}, ensure_ascii=False))
    assert parse_json(data.decode()) == {"name": text}
