"""A node: a value of a YAML text and its positions."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
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
# Python refuses to convert texts of more than 4300 digits, with its own message.
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


class Aside(str):
    """A step of a position that is not a key: a description of a value that is not in the text."""

    __slots__ = ()


_NO_CHILDREN: dict[str | int, Node] = {}
_NO_KEYS: dict[str, Place] = {}


@dataclass(slots=True)
class Node:
    """One value: its position, its content, and the positions of its keys.

    `weight` is the number of values that it contains, each alias counted in full. `numbers` are the
    original indices of its items, if some were removed. Values without content share empty
    mappings. `origin` is the position in the text of the value from which this one was generated.
    """

    place: Place
    value: Value
    children: dict[str | int, Node] = field(default_factory=lambda: _NO_CHILDREN)
    keys: dict[str, Place] = field(default_factory=lambda: _NO_KEYS)
    weight: int = 1
    numbers: tuple[int, ...] = ()
    origin: Loc = ()

    def nearest(self, loc: Loc) -> tuple[Node, int]:
        """The deepest node on the way to `loc`, and how many of its steps lead there."""
        node = self
        for depth, step in enumerate(loc):
            if step not in node.children:
                return node, depth
            node = node.children[step]
        return node, len(loc)

    def spelled(self, loc: Loc) -> Loc:
        """`loc` with the names that are written: `length` where there is no `length_s`."""
        # Thousands of positions of events are asked for, and all are as written.
        if self.nearest(loc)[1] == len(loc):
            return loc
        node, steps = self, list[str | int]()
        for step in loc:
            short = step.removesuffix("_s") if isinstance(step, str) else step
            steps.append(short if step not in node.children and short in node.children else step)
            node = node.children.get(steps[-1], _NOTHING)
        return tuple(steps)

    def written(self, loc: Loc) -> Loc:
        """`loc` in the text: before items were removed, and at the source of generated values."""
        node, steps = self, list[str | int]()
        for step in loc:
            steps.append(node.numbers[step] if isinstance(step, int) and node.numbers else step)
            node = node.children.get(step, _NOTHING)
            if node.origin:
                steps = [*node.origin]
        return tuple(steps)

    def updated(self, children: Mapping[str | int, Node]) -> Node:
        """A copy with these values in place of those of the same names; itself if none is new."""
        if all(self.children.get(step) is child for step, child in children.items()):
            return self
        whole = {**self.children, **children}
        value: Value = (
            [child.value for child in whole.values()]
            if isinstance(self.value, list)
            else {str(step): child.value for step, child in whole.items()}
        )
        return replace(self, value=value, children=whole)

    def without(self, locs: Sequence[Loc]) -> Node:
        """A copy without the values at `locs`; later items move up."""
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

    def with_child(self, step: str | int, child: Node) -> Node:
        """A copy of a mapping with `child` as its value at `step`."""
        value = {str(key): node.value for key, node in self.children.items()}
        value[str(step)] = child.value
        return replace(self, value=value, children={**self.children, step: child})

    def with_items(self, items: Sequence[Node]) -> Node:
        """A copy of a list with `items` after its own."""
        nodes = [*self.children.values(), *items]
        value = [node.value for node in nodes]
        numbers = (self.numbers or tuple(range(len(self.children)))) + (0,) * len(items)
        return replace(self, value=value, children=dict(enumerate(nodes)), numbers=numbers)


def node_of(value: Value, place: Place) -> Node:
    """A value that is not in the text as a node, with one position for all of it."""
    items: Iterable[tuple[str | int, Value]] = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    return Node(place, value, {step: node_of(item, place) for step, item in items})


_NOTHING = Node((1, 1), None)


def dotted(loc: Loc) -> str:
    """`loc` in a readable form: `parts.foam.events[0].hold`."""
    text = ""
    for step in loc:
        if isinstance(step, int):
            text += f"[{step}]"
        elif isinstance(step, Aside):
            text += f" ({step})"
        else:
            text += ("." if text else "") + _plain(step)
    return text


def _plain(key: str) -> str:
    return key if re.fullmatch(r"[\w<>-]{1,80}", key) else json.dumps(key[:80], ensure_ascii=False)
