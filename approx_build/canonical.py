"""Canonical JSON: the unique text of a value, from which keys and digests are made.

ASCII, sorted by name, without spaces, numbers as Python writes them:

- 1 and 1.0 are different. Validated parameters always write a field the same way, and
  distinguishing them can cost a rebuild but never gives a wrong hit.
- -0.0 is written 0.0.
- NaN and infinity are refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"


_dumps = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def canonical(value: object) -> str:
    """`value` as canonical JSON; ValueError for NaN and infinity."""
    text = _dumps(value)
    # "-0.0" is also the start of "-0.05"; checking again is harmless.
    return _dumps(_without_negative_zero(json.loads(text))) if "-0.0" in text else text


def _without_negative_zero(value: Json) -> Json:
    match value:
        case float() if value == 0.0:
            return 0.0
        case list():
            return [_without_negative_zero(item) for item in value]
        case dict():
            return {name: _without_negative_zero(item) for name, item in value.items()}
        case _:
            return value
