"""Times that were meant: `3 s`, `bar 3,2` or `4 measures` in the form of the grammar."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from approx_build.yaml_source.corrections import plain, typed, with_advice, with_points

_LONGEST: Final = 80
_SECONDS: Final = re.compile(
    r"([0-9]{1,9}(?:\.[0-9]{1,9})?) *(s|secs?|seconds?|sek|ms|min|minutes?)", re.IGNORECASE
)
_MEANT: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), right)
    for pattern, right in (
        (r"\b(?:measure|takt|bar)[ :]*(?=[0-9])", "bar "),
        (r"(?<=bar )([0-9]+)(?:[ :]+beat +| *: *)(?=[0-9])", r"\1."),
        (r"(?<=[0-9])( *)(?:measures?|takte?)\b", r"\1bars"),
        (r"(?<=[0-9])( *)(?:schlag|schläge)\b", r"\1beats"),
        (r"^([0-9]+)'([0-9]{2}(?:\.[0-9]+)?)(?:\"|'')?$", r"\1:\2"),
        (r"^([0-9]+):([0-9](?:\.[0-9]+)?)$", r"\1:0\2"),
        (r" +", " "),
    )
)
"""What is often written for a time, and its form in the grammar."""


def meant(words: str, value: object, read: Callable[[object], object] | None) -> str:
    """`words` about a `value` that is no time, with the time that was meant if that is known.

    `read` raises ValueError for what is no time, either.
    """
    if not isinstance(value, str) or read is None or len(value) > _LONGEST:
        return words
    text = with_points(typed(value))
    for pattern, right in _MEANT:
        text = pattern.sub(right, text)
    if found := _SECONDS.fullmatch(text):
        amount, unit = Decimal(found[1]), found[2].casefold()
        text = plain(amount * Decimal("0.001" if unit == "ms" else "60" if unit[0] == "m" else "1"))
    # What would be the same is no advice, and would be read here without end.
    if text == value:
        return words
    try:
        read(text)
    except ValueError:
        return words
    return with_advice(words, f'"{text}"' if ":" in text else text)
