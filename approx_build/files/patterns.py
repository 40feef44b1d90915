"""Patterns of names: `*` stands for any letters and `?` for any one; all else is itself.

Brackets too, since recorders and editors name files `take [2].wav`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection


def is_pattern(text: str) -> bool:
    """Whether a name may stand for several."""
    return "*" in text or "?" in text


def matches(name: str, pattern: str) -> bool:
    """Whether a pattern stands for a name; in time that grows with both lengths at most."""
    return _compiled(pattern).fullmatch(name) is not None


@functools.lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    """The pattern as a regular expression that never goes back over what a `*` took."""
    # `re.escape` turns `?` into `\?`, from which the wildcard is made again.
    head, *rest = (re.escape(text).replace(r"\?", ".") for text in pattern.split("*"))
    if not rest:
        return re.compile(head, re.DOTALL)
    *middle, tail = rest
    # The first place of each text between two stars is the best one: no other needs a try.
    taken = "".join(f"(?>.*?{text})" for text in middle if text)
    return re.compile(f"{head}{taken}.*{tail}", re.DOTALL)


def matching(pattern: str, names: Collection[str]) -> list[str]:
    """The names a pattern stands for, sorted: a name that is one of them is that one alone."""
    # A file may really be named like a pattern on systems that allow `*` and `?`.
    if pattern in names:
        return [pattern]
    if not is_pattern(pattern):
        return []
    return sorted(name for name in names if matches(name, pattern))
