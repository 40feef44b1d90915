"""JSON from outside, of limited depth, and JSON with any text as bytes."""

from __future__ import annotations

import json
from typing import Any

DEEPEST = 50
"""Largest depth of nested lists and objects. Files of this program have less than ten."""


def parse_json(text: str | bytes) -> Any:
    """The values of a JSON text; ValueError when it is invalid, or nested too deeply."""
    try:
        value = json.loads(text)
    # Deep nesting ends Python's parser with an error that is no ValueError.
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    # Level by level, without recursion, which could reach the limit of the interpreter.
    level = [value]
    for _ in range(DEEPEST):
        level = [child for each in level for child in _children(each) if child and _is_group(child)]
        if not level:
            return value
    raise ValueError("it is nested too deep")


def encoded(text: str) -> bytes:
    """JSON, or text with JSON strings, as UTF-8.

    A lone surrogate, which represents a byte of a name that is not UTF-8, is written as its JSON
    escape, so the value stays the same.
    """
    return text.encode(errors="backslashreplace")


def _children(value: Any) -> Any:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _is_group(value: Any) -> bool:
    return isinstance(value, dict | list)
