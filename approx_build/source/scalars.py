"""Plain scalars to values by the core schema of YAML 1.2 (yaml.org/spec/1.2.2, 10.3.2).

So `yes`, `on`, `1:23.5`, `1_000` and `2023-05-19` stay text, as their writers expect.
"""

from __future__ import annotations

import math
import re

Scalar = bool | int | float | str | None

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(["", "~", "null", "Null", "NULL"], None),
    **dict.fromkeys(["true", "True", "TRUE"], True),
    **dict.fromkeys(["false", "False", "FALSE"], False),
}
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_LONGEST_NUMBER = 100


def resolve(text: str) -> Scalar:
    """The value of a plain scalar; ValueError for numbers that are endless or not numbers."""
    if text in _WORDS:
        return _WORDS[text]
    if _NOT_FINITE.fullmatch(text):
        raise ValueError(f"{text} is not a finite number")
    is_int, is_float = _INT.fullmatch(text), _FLOAT.fullmatch(text)
    if not is_int and not is_float:
        return text
    if len(text) > _LONGEST_NUMBER:
        raise ValueError(f"a number of {len(text)} characters is too long")
    if is_int:
        return int(text, 0) if text.startswith(("0o", "0x")) else int(text)
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"{text} is too large a number")
    return value
