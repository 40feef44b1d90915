"""A node: a value of a YAML text and its positions."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

Scalar = bool | int | float | str | None

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(["", "~", "null", "Null", "NULL"], None),
    **dict.fromkeys(["true", "True", "TRUE"], True),
    **dict.fromkeys(["false", "False", "FALSE"], False),
}
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
# Python refuses to convert texts of more than 4300 digits, with a message of its own.
_LONGEST_NUMBER = 100


def resolve(text: str) -> Scalar:
    """The value of a plain scalar; ValueError for infinite numbers and NaN."""
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
        # Base 0 reads the prefix, but refuses numbers such as 007, which YAML reads as 7.
        return int(text, 0) if text.startswith(("0o", "0x")) else int(text)
    value = float(text)
    # `float` makes 1e999 infinite without an error.
    if math.isinf(value):
        raise ValueError(f"{text} is too large a number")
    return value


Value = Scalar | list["Value"] | dict[str, "Value"]
Loc = tuple[str | int, ...]
Place = tuple[int, int]
"""Line and column, from 1."""


_NO_CHILDREN: dict[str | int, Node] = {}
_NO_KEYS: dict[str, Place] = {}


@dataclass(slots=True)
class Node:
    """One value: its position, its content, and the positions of its keys.

    `weight` counts the values it stands for, each alias counted in full. `numbers` are the original
    indices of its items, when some were removed. Values without content share empty mappings.
    """

    place: Place
    value: Value
    children: dict[str | int, Node] = field(default_factory=lambda: _NO_CHILDREN)
    keys: dict[str, Place] = field(default_factory=lambda: _NO_KEYS)
    weight: int = 1
    numbers: tuple[int, ...] = ()

    def nearest(self, loc: Loc) -> tuple[Node, int]:
        """The deepest node on the way to `loc`, and how many of its steps lead there."""
        node = self
        for depth, step in enumerate(loc):
            if step not in node.children:
                return node, depth
            node = node.children[step]
        return node, len(loc)

    def written(self, loc: Loc) -> Loc:
        """`loc` as it was before anything was removed."""
        node, steps = self, list[str | int]()
        for step in loc:
            steps.append(node.numbers[step] if isinstance(step, int) and node.numbers else step)
            node = node.children.get(step, _NOTHING)
        return tuple(steps)

    def without(self, locs: Sequence[Loc]) -> Node:
        """A copy without the values at `locs`; the items after them move up."""
        if not locs or not self.children:
            return self
        inside: dict[str | int, list[Loc]] = {}
        for loc in locs:
            inside.setdefault(loc[0], []).append(loc[1:])
        kept = {
            step: child.without(inside.get(step, ()))
            for step, child in self.children.items()
            if () not in inside.get(step, ())
        }
        if not isinstance(self.value, list):
            value: Value = {str(key): child.value for key, child in kept.items()}
            return replace(self, value=value, children=kept)
        numbers = tuple(int(step) for step in kept)
        children: dict[str | int, Node] = dict(enumerate(kept.values()))
        value = [child.value for child in kept.values()]
        return replace(self, value=value, children=children, numbers=numbers)


_NOTHING = Node((1, 1), None)


def dotted(loc: Loc) -> str:
    """`loc` as a reader writes it: `parts.foam.events[0].hold`."""
    text = ""
    for step in loc:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += ("." if text else "") + _plain(step)
    return text


def _plain(key: str) -> str:
    return key if re.fullmatch(r"[\w<>-]{1,80}", key) else json.dumps(key[:80], ensure_ascii=False)
