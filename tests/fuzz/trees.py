"""Trees: values of a YAML or JSON file changed in a few places, most of them for values that fit.

What may stand at a key is learnt from files that are right: values of the same key elsewhere, and
the bounds that the grammar gives it. So most changed files are still read, deep into what is done
with them. All randomness is that of a `Random` that is handed in: of a seed, or hypothesis' own.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from random import Random
from typing import Any

Tree = Any
"""Dicts, lists, text, numbers, truth values and None."""
Way = tuple[str | int, ...]

NUMBERS: list[int | float] = [
    0, 1, -1, 2, 3, 7, 0.5, 0.001, 0.0001, 1e-9, 1e-300, 10, 100, 1000, 44_100, 1e5, 1e9,
    1e18, 1e300, 2**31, 2**63, 2**64,
]  # fmt: skip
TEXTS = ["", " ", "x", "a/b", "../x", "/", "*", "?" * 9, "ö", "o\u0308", "\u202e", "bar 1", "0:01"]
TEXTS += [
    "1 beat",
    "E(3,8)",
    "null",
    "-",
    "\\",
    "a" * 300,
    "\U0001d11e",
    "1e999",
    "0x10",
    "\x1b[2J",
]
OTHERS: list[Tree] = [None, True, False, [], {}, [[]], {"a": {}}, [None], {"": 0}]


class Pool:
    """What stands at each key of files that are right, and the bounds of the grammar."""

    def __init__(self, trees: Iterable[Tree], schemas: Iterable[Mapping[str, Any]] = ()) -> None:
        self._at: dict[str, list[Tree]] = {}
        for tree in trees:
            for way, value in walked(tree):
                self._at.setdefault(_key(way), []).append(value)
        for schema in schemas:
            for name, bound in bounds(schema):
                self._at.setdefault(name, []).append(bound)
        self._keys = sorted(self._at)

    def like(self, way: Way, random: Random) -> Tree:
        """A value of the same key from anywhere."""
        known = self._at.get(_key(way)) or self._at[random.choice(self._keys)]
        return copy.deepcopy(random.choice(known))

    def key(self, random: Random) -> str:
        """The name of some field."""
        return random.choice(self._keys)


def bounds(schema: Mapping[str, Any], name: str = "") -> Iterator[tuple[str, Tree]]:
    """The ends of what each field of a JSON schema may be, and its examples, by its name."""
    for word in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "default", "const"):
        if word in schema and name:
            yield name, schema[word]
    yield from ((name, each) for each in schema.get("enum", ()) if name)
    for word in ("anyOf", "oneOf", "allOf", "prefixItems"):
        for each in schema.get(word, ()):
            yield from bounds(each, name)
    for word in ("items", "additionalProperties"):
        if isinstance(schema.get(word), dict):
            yield from bounds(schema[word], name)
    for group in ("properties", "$defs"):
        for each, below in schema.get(group, {}).items():
            yield from bounds(below, each if group == "properties" else "")


def walked(tree: Tree, way: Way = ()) -> Iterator[tuple[Way, Tree]]:
    """Every value of a tree with the way to it, the tree itself among them."""
    yield way, tree
    steps = tree.items() if isinstance(tree, dict) else enumerate(tree) if _is_list(tree) else ()
    for step, child in steps:
        yield from walked(child, (*way, step))


def mutated(tree: Tree, pool: Pool, random: Random, most: int = 3) -> Tree:
    """A copy of `tree` changed in one to `most` places."""
    holder = [copy.deepcopy(tree)]
    for _ in range(random.randint(1, most)):
        ways = [way for way, _ in walked(holder) if len(way) > 1]
        if not ways:
            break
        way = random.choice(ways)
        parent = at(holder, way[:-1])
        _CHANGES[random.choices(range(len(_CHANGES)), WEIGHTS)[0]](parent, way, pool, random)
    return holder[0]


def at(tree: Tree, way: Way) -> Tree:
    """The value at the end of a way."""
    for step in way:
        tree = tree[step]
    return tree


def _key(way: Way) -> str:
    """The name of the field that a value stands in."""
    return next((str(step) for step in reversed(way) if isinstance(step, str)), "")


def _is_list(tree: Tree) -> bool:
    return isinstance(tree, list | tuple)


def _like(parent: Tree, way: Way, pool: Pool, random: Random) -> None:
    parent[way[-1]] = pool.like(way, random)


def _scaled(parent: Tree, way: Way, pool: Pool, random: Random) -> None:
    value = parent[way[-1]]
    if isinstance(value, bool) or not isinstance(value, int | float):
        _like(parent, way, pool, random)
        return
    factor = random.choice([0.001, 0.1, 0.5, 0.9, 1.1, 2, 10, -1])
    parent[way[-1]] = type(value)(value * factor)


def _number(parent: Tree, way: Way, pool: Pool, random: Random) -> None:
    parent[way[-1]] = random.choice(NUMBERS)


def _text(parent: Tree, way: Way, pool: Pool, random: Random) -> None:
    parent[way[-1]] = random.choice(TEXTS)


def _other(parent: Tree, way: Way, pool: Pool, random: Random) -> None:
    parent[way[-1]] = copy.deepcopy(random.choice(OTHERS))


def _deleted(parent: Tree, way: Way, pool: Pool, random: Random) -> None:
    del parent[way[-1]]


def _repeated(parent: Tree, way: Way, pool: Pool, random: Random) -> None:
    value = copy.deepcopy(parent[way[-1]])
    if isinstance(parent, list):
        parent.insert(random.randint(0, len(parent)), value)
    else:
        parent[f"{way[-1]}{random.choice(['2', '-b', '_'])}"] = value


def _swapped(parent: Tree, way: Way, pool: Pool, random: Random) -> None:
    others = list(parent) if isinstance(parent, dict) else list(range(len(parent)))
    other = random.choice(others)
    parent[way[-1]], parent[other] = parent[other], parent[way[-1]]


def _renamed(parent: Tree, way: Way, pool: Pool, random: Random) -> None:
    if isinstance(parent, dict):
        parent[pool.key(random)] = parent.pop(way[-1])
    else:
        _like(parent, way, pool, random)


_CHANGES = (
    _like, _scaled, _swapped, _repeated, _deleted, _number, _text, _other, _renamed,
)  # fmt: skip
WEIGHTS = (10, 5, 2, 3, 2, 1, 1, 1, 1)
