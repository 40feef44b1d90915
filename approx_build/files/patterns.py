"""Patterns of names: `*` stands for any letters and `?` for any one; all else is itself.

Brackets too, since recorders and editors name files `take [2].wav`.
"""

from __future__ import annotations

from collections.abc import Iterable


def is_pattern(text: str) -> bool:
    """Whether a name may stand for several."""
    return "*" in text or "?" in text


def matches(name: str, pattern: str) -> bool:
    """Whether a pattern stands for a name; in time that grows with both lengths at most."""
    place = wanted = 0
    star, resumed = -1, 0
    while place < len(name):
        if wanted < len(pattern) and pattern[wanted] == "*":
            star, resumed, wanted = wanted, place, wanted + 1
        elif wanted < len(pattern) and pattern[wanted] in ("?", name[place]):
            place, wanted = place + 1, wanted + 1
        elif star >= 0:
            # The last star takes one letter more.
            resumed += 1
            place, wanted = resumed, star + 1
        else:
            return False
    return not pattern[wanted:].strip("*")


def matching(pattern: str, names: Iterable[str]) -> list[str]:
    """The names a pattern stands for, sorted: a name that is one of them is that one alone."""
    every = sorted(names)
    return [pattern] if pattern in every else [name for name in every if matches(name, pattern)]
