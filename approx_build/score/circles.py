"""Circles: things that need each other, found in a graph of names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def circles(needs: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Each circle once, as names that end with the first: `[a, b, a]`.

    Walks without recursion, so that a chain of any length will do. Names that stand nowhere as
    a key need nothing.
    """
    found: list[list[str]] = []
    done: set[str] = set()
    for start in needs:
        path: list[str] = []
        walks = [iter([start])]
        while walks:
            name = next(walks[-1], None)
            if name is None:
                walks.pop()
                if path:
                    done.add(path.pop())
            elif name in path:
                found.append([*path[path.index(name) :], name])
            elif name not in done and name in needs:
                path.append(name)
                walks.append(iter(needs[name]))
    return found
