"""Patterns of names: `*` matches any letters and `?` any single one; all else matches itself.

This includes brackets, because recorders and editors name files `take [2].wav`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection


def is_pattern(text: str) -> bool:
    """Whether a name is a pattern, which may match several names."""
    return "*" in text or "?" in text


def matches(name: str, pattern: str) -> bool:
    """Whether a pattern matches a name; never backtracks."""
    return _compiled(pattern).fullmatch(name) is not None


@functools.lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    """The pattern as a regular expression that never backtracks into the match of a `*`."""
    # `re.escape` turns `?` into `\?`, which is turned into the wildcard here.
    head, *rest = (re.escape(text).replace(r"\?", ".") for text in pattern.split("*"))
    if not rest:
        return re.compile(head, re.DOTALL)
    *middle, tail = rest
    # The first match of each text between two stars is the best one, so no other is tried.
    taken = "".join(f"(?>.*?{text})" for text in middle if text)
    return re.compile(f"{head}{taken}.*{tail}", re.DOTALL)


def matching(pattern: str, names: Collection[str]) -> list[str]:
    """The names that match a pattern, sorted. A literal name matches only itself."""
    # A file may really have the name of a pattern on systems that allow `*` and `?`.
    if pattern in names:
        return [pattern]
    if not is_pattern(pattern):
        return []
    return sorted(name for name in names if matches(name, pattern))
